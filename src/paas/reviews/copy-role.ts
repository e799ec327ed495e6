import { isFailure, platformFailure } from '../../kernel/index.ts';
import { type Operate, type OperateAt, type Place, parseArn } from '../../model/index.ts';

export interface RoleCopy {
  /** ARN of the role that is copied. */
  readonly role: string;
  /** Where its application runs; the role is of the same account. */
  readonly from: Place;
  readonly to: Place;
  /** Real names there → here, of declared resources. */
  readonly names: ReadonlyMap<string, string>;
}

interface RoleShape {
  readonly RoleName: string;
  readonly Path: string;
  readonly AssumeRolePolicyDocument: string;
  readonly MaxSessionDuration?: number;
  readonly PermissionsBoundary?: { readonly PermissionsBoundaryArn: string };
}

/**
 * Makes a role of the same name in another account that may there what the first may in its own: its policies, with accounts and names of declared
 * resources put into place; policies that are managed by the account become inline ones. Can be repeated. Resolves to its ARN. Rejects with
 * InvalidRequest where a copy would be allowed more, and as IAM's operations do.
 */
export async function copyRole(operateAt: OperateAt, copy: RoleCopy): Promise<string> {
  const arn = parseArn(copy.role);
  if (arn?.account !== copy.from.account)
    throw platformFailure(
      'InvalidRequest',
      `the role ${copy.role} is of another account: review apps copy roles of their base only`,
    );
  const [there, here] = [operateAt(copy.from), operateAt(copy.to)];
  const RoleName = arn.resource.slice(arn.resource.lastIndexOf('/') + 1);
  const { Role } = await there<{ Role: RoleShape }>('iam', 'GetRole', { RoleName });
  const boundary = Role.PermissionsBoundary?.PermissionsBoundaryArn;
  if (boundary !== undefined && !isAws(boundary))
    throw platformFailure(
      'InvalidRequest',
      `the role ${RoleName} has a permissions boundary of its account, which is not copied`,
    );
  const translate = (encoded: string) => translated(decodeURIComponent(encoded), copy);
  await unlessThere(() =>
    here('iam', 'CreateRole', {
      RoleName,
      Path: Role.Path,
      AssumeRolePolicyDocument: translate(Role.AssumeRolePolicyDocument),
      ...(Role.MaxSessionDuration !== undefined && { MaxSessionDuration: Role.MaxSessionDuration }),
      ...(boundary !== undefined && { PermissionsBoundary: boundary }),
    }),
  );
  for (const PolicyName of await inlineNames(there, RoleName)) {
    const { PolicyDocument } = await there<{ PolicyDocument: string }>('iam', 'GetRolePolicy', { RoleName, PolicyName });
    await here('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument: translate(PolicyDocument) });
  }
  for (const PolicyArn of await attachedArns(there, RoleName)) {
    if (isAws(PolicyArn)) await here('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
    else await here('iam', 'PutRolePolicy', { RoleName, ...(await managed(there, PolicyArn, translate)) });
  }
  return copy.role.replace(`::${copy.from.account}:`, `::${copy.to.account}:`);
}

/** Takes a role away with its policies; what is gone already is fine. */
export async function deleteRole(operate: Operate, RoleName: string): Promise<void> {
  try {
    for (const PolicyName of await inlineNames(operate, RoleName))
      await operate('iam', 'DeleteRolePolicy', { RoleName, PolicyName });
    for (const PolicyArn of await attachedArns(operate, RoleName))
      await operate('iam', 'DetachRolePolicy', { RoleName, PolicyArn });
    await operate('iam', 'DeleteRole', { RoleName });
  } catch (error) {
    if (!isFailure(error, 'NoSuchEntity')) throw error;
  }
}

const isAws = (arn: string) => arn.startsWith('arn:aws:iam::aws:');

async function inlineNames(operate: Operate, RoleName: string): Promise<readonly string[]> {
  const { PolicyNames } = await operate<{ PolicyNames: string[] }>('iam', 'ListRolePolicies', { RoleName, MaxItems: 1000 });
  return PolicyNames;
}

async function attachedArns(operate: Operate, RoleName: string): Promise<readonly string[]> {
  const { AttachedPolicies } = await operate<{ AttachedPolicies: { PolicyArn: string }[] }>('iam', 'ListAttachedRolePolicies', {
    RoleName,
    MaxItems: 1000,
  });
  return AttachedPolicies.map(({ PolicyArn }) => PolicyArn);
}

async function managed(there: Operate, PolicyArn: string, translate: (encoded: string) => string) {
  const { Policy } = await there<{ Policy: { PolicyName: string; DefaultVersionId: string } }>('iam', 'GetPolicy', { PolicyArn });
  const version = { PolicyArn, VersionId: Policy.DefaultVersionId };
  const { PolicyVersion } = await there<{ PolicyVersion: { Document: string } }>('iam', 'GetPolicyVersion', version);
  return { PolicyName: Policy.PolicyName, PolicyDocument: translate(PolicyVersion.Document) };
}

/** Account numbers stand alone; names of resources stand whole within an ARN. */
function translated(document: string, { from, to, names }: RoleCopy): string {
  let text = document.replace(new RegExp(`(?<!\\d)${from.account}(?!\\d)`, 'g'), to.account);
  for (const [there, here] of names) text = text.replace(new RegExp(`(?<=[:/])${RegExp.escape(there)}(?=["/*?:])`, 'g'), here);
  return text;
}

async function unlessThere(make: () => Promise<unknown>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!isFailure(error, 'EntityAlreadyExists')) throw error;
  }
}
