import type { Clock, Ids, Reader, SecretBox, Store, Transaction } from '../../kernel/index.ts';
import { type Policy, parsePolicy } from '../../model/index.ts';
import { awsManagedPolicy } from './aws-policies.ts';
import { attachments, policies, policyVersions, type Role, rolePolicies, roles } from './collections.ts';

export interface IamDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly box: SecretBox;
}

/** What a role may do, ready to be evaluated. */
export interface RoleRights {
  readonly role: Role;
  readonly trust: Policy;
  readonly identity: readonly Policy[];
  readonly boundary?: Policy;
}

/** IAM's state as all operations share it. */
export interface Identities extends IamDeps {
  /** Answers from memory while nothing changed: this stands in the path of every call that a function makes. */
  rights(account: string, role: string): Promise<RoleRights | undefined>;
  /** A transaction that changes identities of one account; what was remembered of the account is forgotten after it. */
  change<T>(account: string, fn: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** Changes made by another process are seen after this long. */
const REMEMBER_MS = 2_000;
const LIMIT = 10_000;

interface Remembered {
  readonly until: number;
  readonly rights: Promise<RoleRights | undefined>;
}

export function createIdentities(deps: IamDeps): Identities {
  const remembered = new Map<string, Remembered>();
  const forget = (account: string) => {
    for (const key of remembered.keys()) if (key.startsWith(`${account}/`)) remembered.delete(key);
  };
  return {
    ...deps,
    rights(account, name) {
      const key = `${account}/${name}`;
      const found = remembered.get(key);
      if (found && found.until > deps.clock.monotonic()) return found.rights;
      const rights = loadRights(deps.store.read, account, name);
      if (remembered.size >= LIMIT) remembered.delete(remembered.keys().next().value!);
      remembered.set(key, { until: deps.clock.monotonic() + REMEMBER_MS, rights });
      rights.catch(() => remembered.delete(key));
      return rights;
    },
    async change(account, fn) {
      try {
        return await deps.store.transact(fn);
      } finally {
        // A load that began before the commit may have seen the old state; it is forgotten with the rest.
        forget(account);
      }
    },
  };
}

async function loadRights(read: Reader, account: string, name: string): Promise<RoleRights | undefined> {
  const role = await read.get(roles, [account, name]);
  if (!role) return undefined;
  const texts = await identityDocuments(read, account, name);
  const boundary = role.boundary === undefined ? undefined : await managedDocument(read, role.boundary);
  return {
    role,
    trust: parsePolicy(role.trust, 'trust'),
    identity: texts.map((text) => parsePolicy(text, 'identity')),
    ...(role.boundary === undefined ? {} : { boundary: boundary === undefined ? NOTHING : parsePolicy(boundary, 'identity') }),
  };
}

/** A boundary that is gone allows nothing. */
const NOTHING: Policy = { statements: [] };

async function identityDocuments(read: Reader, account: string, role: string): Promise<readonly string[]> {
  const inline = await read.range(rolePolicies, { prefix: [account, role], limit: 1000 });
  const attached = await read.range(attachments, { prefix: [account, role], limit: 1000 });
  const managed = await Promise.all(attached.items.map((item) => managedDocument(read, item.policyArn)));
  return [...inline.items.map((item) => item.document), ...managed.filter((text) => text !== undefined)];
}

/** The document of a managed policy's default version; undefined when there is no such policy. */
export async function managedDocument(read: Reader, arn: string): Promise<string | undefined> {
  const aws = awsManagedPolicy(arn);
  if (aws) return aws.document;
  const [account, name] = policyKey(arn);
  const policy = await read.get(policies, [account, name]);
  if (policy?.arn !== arn) return undefined;
  return (await read.get(policyVersions, [account, name, policy.defaultVersion]))?.document;
}

/** Account and name out of `arn:aws:iam::123456789012:policy/path/name`. */
export function policyKey(arn: string): readonly [account: string, name: string] {
  return [arn.split(':')[4] ?? '', arn.slice(arn.lastIndexOf('/') + 1)];
}
