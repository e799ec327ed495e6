import { type Failure, fail, type Reader } from '../../kernel/index.ts';
import { type ManagedPolicy, policies, type Role, roles } from './collections.ts';
import { policyKey } from './identities.ts';

/** NoSuchEntity 404 (spec/backends.md §11). */
export function noSuchEntity(message: string): Failure {
  return fail('NoSuchEntity', message, { status: 404 });
}

/** The role, or NoSuchEntity. */
export async function roleNamed(read: Reader, account: string, name: string): Promise<Role> {
  const role = await read.get(roles, [account, name]);
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

/** The customer managed policy of this account with exactly this ARN, or ValidationError or NoSuchEntity. */
export async function policyOf(read: Reader, account: string, arn: string): Promise<ManagedPolicy> {
  checkPolicyArn(arn);
  const [owner, name] = policyKey(arn);
  const policy = owner === account ? await read.get(policies, [owner, name]) : undefined;
  if (policy?.arn !== arn) throw noSuchEntity(`Policy ${arn} was not found.`);
  return policy;
}

export function checkPolicyArn(arn: string): void {
  if (!/^arn:[a-z-]+:iam::(\d{12}|aws):policy\/[!-~]+$/.test(arn)) {
    throw fail('ValidationError', 'Invalid ARN:  Could not be parsed!');
  }
}

export function deleteConflict(message: string): Failure {
  return fail('DeleteConflict', message, { status: 409 });
}

export function limitExceeded(message: string): Failure {
  return fail('LimitExceeded', message, { status: 409 });
}

/** Documents count without white space (IAM's quotas). */
export function policySize(document: string): number {
  return document.replace(/\s/g, '').length;
}

/** A trust policy has at most 2,048 characters. */
export function checkTrustSize(document: string): void {
  if (policySize(document) > 2048) throw limitExceeded('Cannot exceed quota for ACLSizePerRole: 2048');
}

/** AWS's own policies can be read and attached, not changed. */
export function accessDenied(action: string, arn: string): Failure {
  return fail('AccessDenied', `${action} is not allowed on ${arn}: policies of AWS cannot be changed`, { status: 403 });
}

/** Keys belong to the account; there are no users. */
export function refuseUsers(name: string | undefined): void {
  if (name !== undefined && name !== 'root') throw noSuchEntity(`The user with name ${name} cannot be found.`);
}
