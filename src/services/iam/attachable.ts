import type { Reader } from '../../kernel/index.ts';
import { awsManagedPolicy } from './aws-policies.ts';
import { policies } from './collections.ts';
import { checkPolicyArn, noSuchEntity } from './found.ts';
import { policyKey } from './identities.ts';

/** Passes for a managed policy of AWS or of this account; else ValidationError or NoSuchEntity. */
export async function attachable(read: Reader, account: string, arn: string): Promise<void> {
  checkPolicyArn(arn);
  if (awsManagedPolicy(arn)) return;
  const [owner, name] = policyKey(arn);
  const policy = owner === account ? await read.get(policies, [owner, name]) : undefined;
  if (policy?.arn !== arn) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
}
