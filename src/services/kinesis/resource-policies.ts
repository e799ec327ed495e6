import type {
  DeleteResourcePolicyInput,
  GetResourcePolicyInput,
  GetResourcePolicyOutput,
  PutResourcePolicyInput,
} from '@aws-sdk/client-kinesis';
import type { Transaction } from '../../kernel/index.ts';
import { compilePolicy, type Operation } from '../../model/index.ts';
import { attached, streams } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { findStream, invalidArgument, notFound, refOfArn } from './found.ts';
import { resourceArn } from './resource-tags.ts';

/** PutResourcePolicy, of a stream or a consumer; judged with every call that reaches it (access.ts). */
export function putResourcePolicy(deps: KinesisDeps): Operation<PutResourcePolicyInput> {
  return async (input, context) => {
    checkPolicy(input.Policy!);
    await deps.store.transact(async (tx) => {
      const arn = await resourceArn(tx, input, context);
      await tx.put(attached, { ...((await tx.get(attached, [arn])) ?? { arn }), policy: input.Policy! });
      await markPoliced(tx, arn, true);
    });
    return {};
  };
}

/** GetResourcePolicy: an empty Policy when there is none. */
export function getResourcePolicy(deps: KinesisDeps): Operation<GetResourcePolicyInput, GetResourcePolicyOutput> {
  return async (input, context) => {
    const arn = await resourceArn(deps.store.read, input, context);
    return { Policy: (await deps.store.read.get(attached, [arn]))?.policy ?? '' };
  };
}

/** DeleteResourcePolicy; throws ResourceNotFoundException when there is none. */
export function deleteResourcePolicy(deps: KinesisDeps): Operation<DeleteResourcePolicyInput> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const arn = await resourceArn(tx, input, context);
      const row = await tx.get(attached, [arn]);
      if (row?.policy === undefined) throw notFound(`No resource policy found for resource ARN ${arn}.`);
      const { policy: _, ...rest } = row;
      await tx.put(attached, rest);
      await markPoliced(tx, arn, false);
    });
    return {};
  };
}

// Consumers' policies are looked up by their ARN each time; streams say whether they have one, for their calls are hot.
async function markPoliced(tx: Transaction, arn: string, policed: boolean): Promise<void> {
  const stream = arn.includes('/consumer/') ? undefined : await findStream(tx, refOfArn(arn)!);
  if (stream) await tx.put(streams, { ...stream, policed });
}

function checkPolicy(text: string): void {
  try {
    compilePolicy(JSON.parse(text), 'resource');
  } catch {
    throw invalidArgument('Policy is not a valid resource policy document.');
  }
}
