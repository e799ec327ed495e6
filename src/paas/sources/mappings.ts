import { isFailure } from '../../kernel/index.ts';
import { type Operate, parseArn } from '../../model/index.ts';
import { type Linking, refuseOurs, type SourceKind, unlessGone } from './linking.ts';

/** `sqs:QUEUE` */
export const queueSource: SourceKind = mappingSource(
  async ({ account, region, what }) => `arn:aws:sqs:${region}:${account}:${what}`,
);

/** `kinesis:STREAM` */
export const streamSource: SourceKind = mappingSource(
  async ({ account, region, what }) => `arn:aws:kinesis:${region}:${account}:stream/${what}`,
);

interface Table {
  readonly StreamSpecification?: { readonly StreamEnabled?: boolean };
  readonly LatestStreamArn?: string;
}

/** `dynamodb:TABLE`: its stream; a table without one gets one, with both images. */
export const tableSource: SourceKind = mappingSource(async ({ operate, what }, make) => {
  const describe = async () => (await operate<{ Table: Table }>('dynamodb', 'DescribeTable', { TableName: what })).Table;
  const table = await describe();
  if (table.StreamSpecification?.StreamEnabled || !make) return table.LatestStreamArn ?? '';
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
  await operate('dynamodb', 'UpdateTable', { TableName: what, StreamSpecification });
  return (await describe()).LatestStreamArn ?? '';
});

function mappingSource(arnOf: (linking: Linking, make: boolean) => Promise<string>): SourceKind {
  return {
    async place(linking) {
      const { operate, arn } = linking;
      const EventSourceArn = await arnOf(linking, true);
      const settings = settingsOf(linking, EventSourceArn);
      const UUID = await findMapping(operate, EventSourceArn, arn);
      if (UUID !== undefined) await operate('lambda', 'UpdateEventSourceMapping', { ...settings.changeable, UUID });
      return { made: `mapping ${UUID ?? (await create(operate, { ...settings.all, EventSourceArn, FunctionName: arn }))}` };
    },
    async remove(linking) {
      const { operate, arn } = linking;
      const EventSourceArn = await unlessGone(() => arnOf(linking, false));
      const UUID = EventSourceArn && (await findMapping(operate, EventSourceArn, arn));
      if (UUID) await unlessGone(() => operate('lambda', 'DeleteEventSourceMapping', { UUID }));
    },
  };
}

/** What where is about, in a record of each kind of source. */
const DATA = { sqs: 'body', kinesis: 'data', dynamodb: 'dynamodb' };
const FIXED = ['StartingPosition', 'StartingPositionTimestamp'];

function settingsOf({ where, settings = {} }: Linking, sourceArn: string) {
  refuseOurs(settings);
  const service = parseArn(sourceArn)?.service as keyof typeof DATA;
  const Filters = where === undefined ? [] : [{ Pattern: JSON.stringify({ [DATA[service]]: where }) }];
  const changeable = { ...settings, FilterCriteria: { Filters } };
  const start = service === 'sqs' ? {} : { StartingPosition: 'LATEST' };
  const fixed = Object.fromEntries(Object.entries(changeable).filter(([name]) => !FIXED.includes(name)));
  return { all: { ...start, ...changeable }, changeable: fixed };
}

async function create(operate: Operate, input: object): Promise<string> {
  return (await operate<{ UUID: string }>('lambda', 'CreateEventSourceMapping', input)).UUID;
}

interface Mapping {
  readonly UUID: string;
  readonly FunctionArn: string;
  readonly State: string;
}

/** The mapping of that source to that very function; undefined: there is none, or it is on its way out. */
async function findMapping(operate: Operate, EventSourceArn: string, arn: string): Promise<string | undefined> {
  try {
    const { EventSourceMappings = [] } = await operate<{ EventSourceMappings?: readonly Mapping[] }>(
      'lambda',
      'ListEventSourceMappings',
      { EventSourceArn, FunctionName: arn },
    );
    return EventSourceMappings.find(({ FunctionArn, State }) => FunctionArn === arn && State !== 'Deleting')?.UUID;
  } catch (error) {
    if (isFailure(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
