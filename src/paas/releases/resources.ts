import { isFailure } from '../../kernel/index.ts';
import { type ApplicationStage, type DeclaredResource, type Operate, resourceName } from '../../model/index.ts';
import type { Config } from './config.ts';
import { resourceVariable } from './function-settings.ts';

/** A declared resource under the name that it really has in one environment. */
export interface RealResource extends DeclaredResource {
  readonly real: string;
}

/** The environment in which the resources of a stage lie. */
export interface ResourcePlace {
  readonly name: string;
  /** Whether it is the application's own. */
  readonly home: boolean;
}

export function realResources(
  app: string,
  resources: readonly DeclaredResource[],
  place: ResourcePlace,
): readonly RealResource[] {
  return resources.map((one) => ({
    ...one,
    real: resourceName(app, one.name, place) + (one.settings.fifo === true ? '.fifo' : ''),
  }));
}

/** The AWS endpoint as isolated sandboxes see it (DESIGN §5): of a queue's URL clients take the host, we only the path. */
const INSIDE = 'http://127.0.0.1:4566';

/** Where functions find them: names, a queue's URL, a topic's ARN. */
export function resourceVariables(
  { account, region }: Pick<ApplicationStage, 'account' | 'region'>,
  resources: readonly RealResource[],
): Config {
  const value = ({ kind, real }: RealResource) => {
    if (kind === 'queue') return `${INSIDE}/${account}/${real}`;
    return kind === 'topic' ? `arn:aws:sns:${region}:${account}:${real}` : real;
  };
  return Object.fromEntries(resources.map((one) => [resourceVariable(one), value(one)]));
}

/** An event source that names a declared resource means the real one. */
export function realSource(source: string, resources: readonly RealResource[]): string {
  const found = /^(s3|sqs|sns|dynamodb|kinesis):([^/]+)(.*)$/s.exec(source);
  if (!found) return source;
  const [, scheme, name, rest] = found;
  const kind = KIND_OF[scheme as keyof typeof KIND_OF];
  const real = resources.find((one) => one.kind === kind && one.name === name)?.real;
  return real === undefined ? source : `${scheme}:${real}${rest}`;
}

const KIND_OF = { s3: 'bucket', sqs: 'queue', sns: 'topic', dynamodb: 'table', kinesis: 'stream' } as const;

/** Makes what is not there, with its declared settings; what is there is left as it is, and nothing is ever deleted. Rejects as the operations do. */
export async function makeResources(operate: Operate, resources: readonly RealResource[]): Promise<void> {
  for (const resource of resources) await MAKERS[resource.kind](operate, resource);
}

type Maker = (operate: Operate, resource: RealResource) => Promise<void>;

const MAKERS: Readonly<Record<DeclaredResource['kind'], Maker>> = {
  bucket: async (operate, { real, settings }) => {
    await unlessThere(['BucketAlreadyOwnedByYou'], () => operate('s3', 'CreateBucket', { Bucket: real }));
    if (settings.versioning === true)
      await operate('s3', 'PutBucketVersioning', { Bucket: real, VersioningConfiguration: { Status: 'Enabled' } });
  },
  queue: async (operate, { real, settings }) => {
    const Attributes = {
      ...(settings.fifo === true && { FifoQueue: 'true', ContentBasedDeduplication: 'true' }),
      ...textOf('VisibilityTimeout', settings.visibility_seconds),
      ...textOf('DelaySeconds', settings.delay_seconds),
      ...textOf('MessageRetentionPeriod', settings.retention_seconds),
    };
    await unlessThere(['QueueAlreadyExists', 'QueueNameExists'], () =>
      operate('sqs', 'CreateQueue', { QueueName: real, Attributes }),
    );
  },
  topic: async (operate, { real, settings }) => {
    const fifo = settings.fifo === true && { Attributes: { FifoTopic: 'true', ContentBasedDeduplication: 'true' } };
    await operate('sns', 'CreateTopic', { Name: real, ...fifo });
  },
  table: async (operate, { real, settings }) => {
    await unlessThere(['ResourceInUseException'], () => operate('dynamodb', 'CreateTable', tableInput(real, settings)));
    if (typeof settings.ttl === 'string') await timeToLive(operate, real, settings.ttl);
  },
  stream: async (operate, { real, settings }) => {
    const ShardCount = typeof settings.shards === 'number' ? settings.shards : 1;
    await unlessThere(['ResourceInUseException'], () => operate('kinesis', 'CreateStream', { StreamName: real, ShardCount }));
  },
};

function textOf(name: string, value: unknown): object {
  return value === undefined ? {} : { [name]: String(value) };
}

/** `key` and `sort` are written `NAME` or `NAME:S|N|B`. */
function tableInput(TableName: string, settings: Readonly<Record<string, unknown>>): object {
  const keys = [settings.key, settings.sort].filter((one) => typeof one === 'string').map((one) => one.split(':'));
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map(([AttributeName, AttributeType = 'S']) => ({ AttributeName, AttributeType })),
    KeySchema: keys.map(([AttributeName], i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    ...(settings.stream === true && { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } }),
  };
}

async function timeToLive(operate: Operate, TableName: string, AttributeName: string): Promise<void> {
  const found = await operate<{ TimeToLiveDescription: { TimeToLiveStatus: string } }>('dynamodb', 'DescribeTimeToLive', {
    TableName,
  });
  if (found.TimeToLiveDescription.TimeToLiveStatus === 'DISABLED')
    await operate('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification: { AttributeName, Enabled: true } });
}

async function unlessThere(codes: readonly string[], make: () => Promise<unknown>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!isFailure(error) || !codes.includes(error.code)) throw error;
  }
}
