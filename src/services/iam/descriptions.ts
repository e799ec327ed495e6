import type { Policy as PolicyOutput, Role as RoleOutput } from '@aws-sdk/client-iam';
import type { AwsPolicy } from './aws-policies.ts';
import type { ManagedPolicy, Role } from './collections.ts';

/** Policy documents travel percent-encoded in replies (RFC 3986). */
export function encoded(document: string): string {
  return encodeURIComponent(document).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A role as lists and CreateRole describe it; GetRole adds the rest. */
export function describeRole(role: Role): RoleOutput {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.created),
    AssumeRolePolicyDocument: encoded(role.trust),
    ...(role.description === undefined ? {} : { Description: role.description }),
    MaxSessionDuration: role.maxSessionSeconds,
  };
}

/** GetRole's whole description. */
export function describeWholeRole(role: Role): RoleOutput {
  return {
    ...describeRole(role),
    ...(role.boundary === undefined ? {} : { PermissionsBoundary: boundaryOf(role.boundary) }),
    ...(role.tags.length === 0 ? {} : { Tags: [...role.tags] }),
    RoleLastUsed: {},
  };
}

export function boundaryOf(arn: string): RoleOutput['PermissionsBoundary'] {
  return { PermissionsBoundaryType: 'Policy' as never, PermissionsBoundaryArn: arn };
}

/** A customer managed policy; attachments are counted by the caller. */
export function describePolicy(policy: ManagedPolicy, attachments: number, boundaries: number): PolicyOutput {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: `v${policy.defaultVersion}`,
    AttachmentCount: attachments,
    PermissionsBoundaryUsageCount: boundaries,
    IsAttachable: true,
    CreateDate: new Date(policy.created),
    UpdateDate: new Date(policy.updated),
    ...(policy.tags.length === 0 ? {} : { Tags: [...policy.tags] }),
  };
}

/** When AWS's policies came to be, as far as this platform is concerned. */
export const AWS_CREATED = new Date('2015-02-06T18:39:46Z');

export function describeAwsPolicy(policy: AwsPolicy, attachments: number, boundaries: number): PolicyOutput {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: 'v1',
    AttachmentCount: attachments,
    PermissionsBoundaryUsageCount: boundaries,
    IsAttachable: true,
    CreateDate: AWS_CREATED,
    UpdateDate: AWS_CREATED,
  };
}
