import { isFailure, type Transaction } from '../../kernel/index.ts';
import {
  conflict,
  eventSourceMappings,
  type FunctionRef,
  type FunctionSettings,
  invalidParameter,
  type MappingSettings,
  type MappingSource,
  parseArn,
  refArn,
  settingNotImplemented,
  sourceActions,
} from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { checkDestination } from './destinations.ts';
import { findEdition } from './lookup.ts';

interface Source {
  readonly source: MappingSource;
  readonly arn: string;
}

/** The settings of the function that a mapping invokes. Throws InvalidParameterValueException when there is none. */
export async function mappedFunction(lambda: Lambda, ref: FunctionRef): Promise<FunctionSettings> {
  try {
    return (await findEdition(lambda.store.read, ref)).edition.settings;
  } catch (error) {
    throw isFailure(error, 'ResourceNotFoundException') ? invalidParameter('Function does not exist') : error;
  }
}

/** Whether the source is there, the function's role may read it, and its records may go where they go when they fail. */
export async function checkMapping(
  lambda: Lambda,
  { source, arn }: Source,
  settings: MappingSettings,
  fn: FunctionSettings,
): Promise<void> {
  const foreign = parseArn(arn)?.account !== parseArn(fn.role)?.account;
  if (foreign && source === 'dynamodb')
    throw invalidParameter('A DynamoDB stream of another account is not implemented by dalamb as an event source.');
  // Of what is in another account, nobody learns whether it is there who may not read it.
  if (foreign) await checkMayRead(lambda, { source, arn }, fn.role);
  if (source === 'sqs') await checkQueue(lambda, arn, fn.timeoutSeconds);
  else await checkStream(lambda, source, arn);
  if (!foreign) await checkMayRead(lambda, { source, arn }, fn.role);
  const { onFailure } = settings.stream ?? {};
  if (onFailure !== undefined) await checkDestination(lambda, fn.role, { arn: onFailure, succeeded: false });
}

async function checkMayRead(lambda: Lambda, { source, arn }: Source, role: string): Promise<void> {
  for (const action of sourceActions[source])
    if (!(await lambda.mayAct(role, action, arn))) throw notPermitted(source, arn, action);
}

async function checkQueue(lambda: Lambda, arn: string, timeoutSeconds: number): Promise<void> {
  const { queues } = lambda.eventSources();
  if (!queues) throw settingNotImplemented('Amazon SQS as an event source');
  const queue = await queues.find(arn);
  if (!queue)
    throw invalidParameter(
      'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
    );
  const visibility = queue.visibilityTimeoutMs / 1000;
  if (visibility < timeoutSeconds)
    throw invalidParameter(
      `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
    );
}

async function checkStream(lambda: Lambda, source: MappingSource, arn: string): Promise<void> {
  const streams = lambda.eventSources().streams[source];
  if (!streams) throw settingNotImplemented(`${source} streams as an event source`);
  if (!(await streams.find(arn))) throw invalidParameter(`Stream not found: ${arn}`);
}

function notPermitted(source: MappingSource, arn: string, action: string) {
  if (source === 'sqs')
    return invalidParameter(
      `The provided execution role does not have permissions to call ${action.slice('sqs:'.length)} on SQS`,
    );
  const wanted = source === 'kinesis' ? 'DescribeStream, and ListShards' : 'DescribeStream, and ListStreams';
  return invalidParameter(
    `Cannot access stream ${arn}. Please ensure the role can perform the GetRecords, GetShardIterator, ${wanted} Actions on your stream in IAM.`,
  );
}

/** Throws ResourceConflictException when another mapping already leads from this source to this function. */
export async function checkUnique(tx: Transaction, { source, arn }: Source, ref: FunctionRef, own?: string): Promise<void> {
  const fn = refArn(ref);
  const { items } = await tx.range(eventSourceMappings, { index: 'source', prefix: [arn, fn], limit: 10 });
  const other = items.find(({ uuid, state }) => uuid !== own && state !== 'Deleting');
  if (!other) return;
  const pair =
    source === 'sqs' ? `An event source mapping with SQS arn (" ${arn} ") and` : `The event source arn (" ${arn} ") and`;
  const what = source === 'sqs' ? 'already exists' : 'provided mapping already exists';
  throw conflict(
    `${pair} function (" ${ref.name} ") ${what}. Please update or delete the existing mapping with UUID ${other.uuid}`,
  );
}
