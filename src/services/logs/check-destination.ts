import { gzipSync } from 'node:zlib';
import { isFailure, type Transaction } from '../../kernel/index.ts';
import {
  controlMessage,
  type LogSubscription,
  type Place,
  type PutItem,
  parseArn,
  subscriptionCallers,
  subscriptionSource,
  targetOf,
} from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { invalid } from './found.ts';

type Destination = Pick<LogSubscription, 'destination' | 'role'>;

/**
 * Throws InvalidParameterException for what cannot be the destination of a subscription filter: what is no function or stream, is
 * elsewhere, or does not let logs in (spec/backends.md §9).
 */
export async function checkDestination(
  deps: LogsDeps,
  { destination, role }: Destination,
  group: Place & { readonly name: string },
): Promise<void> {
  const arn = parseArn(destination);
  const kind = targetOf(destination)?.kind;
  if (arn?.service === 'firehose' || (arn?.service === 'logs' && arn.resource.startsWith('destination:'))) {
    throw invalid(`destinationArn for vendor ${arn.service} is not implemented by dalamb.`);
  }
  if (kind !== 'function' && kind !== 'stream') {
    throw invalid(`PutSubscriptionFilter operation cannot work with destinationArn for vendor ${arn?.service ?? 'unknown'}`);
  }
  if (arn!.region !== group.region || arn!.account !== group.account) {
    throw invalid('destinationArn must be in the same account and region as the log group.');
  }
  if (kind === 'stream') return checkRole(deps, { destination, role }, group);
  if (role !== undefined) throw invalid('destinationArn for vendor lambda cannot be used with roleArn');
  for (const caller of subscriptionCallers(subscriptionSource(group))) if (await deps.mayInvoke(destination, caller)) return;
  throw invalid(
    'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.',
  );
}

async function checkRole(deps: LogsDeps, { destination, role }: Destination, { account }: Place): Promise<void> {
  if (role === undefined) throw invalid('destinationArn for vendor kinesis cannot be used without roleArn');
  const usable = parseArn(role)?.account === account && (await deps.checkRole(role, 'logs.amazonaws.com')) === 'ok';
  if (!usable || !(await deps.mayAct(role, 'kinesis:PutRecord', destination))) throw undeliverable();
}

/** Puts a test message into a stream that becomes a destination. Throws InvalidParameterException when it does not get there. */
export async function proveStream(
  { put }: LogsDeps,
  tx: Transaction,
  { destination, role }: Destination,
  { id, time, cause }: Pick<PutItem, 'id' | 'time' | 'cause'>,
): Promise<void> {
  const target = targetOf(destination);
  if (target?.kind !== 'stream' || role === undefined) return;
  const data = gzipSync(JSON.stringify(controlMessage(time)));
  try {
    await put(tx, target, { id, time, body: '', data, caller: { role }, ...(cause === undefined ? {} : { cause }) });
  } catch (error) {
    if (isFailure(error) && error.code.startsWith('Target')) throw undeliverable();
    throw error;
  }
}

function undeliverable() {
  return invalid(
    'Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state.',
  );
}
