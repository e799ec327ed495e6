import { collection, type StoreSchema } from '../../kernel/index.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Role {
  readonly account: string;
  readonly name: string;
  /** Lower case: names that differ only in case collide. */
  readonly folded: string;
  /** `AROA` and 17 characters; a role that was made again has another. */
  readonly id: string;
  readonly path: string;
  readonly arn: string;
  /** Epoch ms. */
  readonly created: number;
  readonly description?: string;
  readonly maxSessionSeconds: number;
  /** Trust policy as written. */
  readonly trust: string;
  /** ARN of the managed policy that bounds it. */
  readonly boundary?: string;
  readonly tags: readonly Tag[];
}

/** An inline policy of a role. */
export interface RolePolicy {
  readonly account: string;
  readonly role: string;
  readonly name: string;
  readonly document: string;
}

export interface Attachment {
  readonly account: string;
  readonly role: string;
  readonly policyArn: string;
}

/** A customer managed policy. */
export interface ManagedPolicy {
  readonly account: string;
  readonly name: string;
  readonly folded: string;
  readonly id: string;
  readonly path: string;
  readonly arn: string;
  readonly created: number;
  readonly updated: number;
  readonly description?: string;
  /** Number of the default version. */
  readonly defaultVersion: number;
  /** Number of the newest version there ever was. */
  readonly lastVersion: number;
  readonly tags: readonly Tag[];
}

export interface PolicyVersion {
  readonly account: string;
  readonly name: string;
  readonly version: number;
  readonly document: string;
  readonly created: number;
}

/** A key of the account itself. */
export interface AccessKey {
  readonly id: string;
  readonly account: string;
  readonly active: boolean;
  readonly created: number;
  /** Secret, sealed for the purpose `iam.access-key:ID`. */
  readonly sealed: string;
}

export const roles = collection<Role>({
  name: 'iam.roles',
  key: ['account', 'name'],
  indexes: [
    { name: 'folded', fields: ['account', 'folded'] },
    { name: 'boundary', fields: ['account', 'boundary'] },
  ],
});

export const rolePolicies = collection<RolePolicy>({ name: 'iam.role-policies', key: ['account', 'role', 'name'] });

export const attachments = collection<Attachment>({
  name: 'iam.attachments',
  key: ['account', 'role', 'policyArn'],
  indexes: [{ name: 'policy', fields: ['account', 'policyArn'] }],
});

export const policies = collection<ManagedPolicy>({
  name: 'iam.policies',
  key: ['account', 'name'],
  indexes: [{ name: 'folded', fields: ['account', 'folded'] }],
});

export const policyVersions = collection<PolicyVersion>({
  name: 'iam.policy-versions',
  key: ['account', 'name', 'version'],
  integers: ['version'],
});

export const accessKeys = collection<AccessKey>({
  name: 'iam.access-keys',
  key: ['id'],
  indexes: [{ name: 'account', fields: ['account'] }],
});

/** What IAM keeps. */
export const schema: StoreSchema = {
  collections: [roles, rolePolicies, attachments, policies, policyVersions, accessKeys] as unknown as StoreSchema['collections'],
  topics: [],
};
