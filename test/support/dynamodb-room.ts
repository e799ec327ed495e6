import { EncodedJson, randomIds, type Store, silentLogger } from '../../src/kernel/index.ts';
import { itemOf, type OperationContext, type StreamSource } from '../../src/model/index.ts';
import { dynamodbService, schema } from '../../src/services/dynamodb/index.ts';
import { keepUp } from '../../src/services/dynamodb/upkeep.ts';
import { dynamodbStreamsService } from '../../src/services/dynamodbstreams/index.ts';
import { openStore } from '../../src/store/index.ts';
import { type ManualClock, manualClock } from './clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from './platform.ts';
import { type Answer, type Call, contextOf } from './s3-room.ts';

export { type Answer, type Call, contextOf, OTHER, refused, rootOf } from './s3-room.ts';

export interface DynamoRoom {
  /** Runs an operation of DynamoDB as the root of ACCOUNT in us-east-1, at the clock's time. */
  readonly call: Call;
  /** The same of DynamoDB Streams. */
  readonly streams: Call;
  readonly access: ReturnType<typeof dynamodbService>['access'];
  readonly streamAccess: ReturnType<typeof dynamodbStreamsService>['access'];
  readonly source: StreamSource;
  readonly clock: ManualClock;
  readonly store: Store;
  /** Does what goes on behind: chores, time to live, trimming. */
  upkeep(): Promise<void>;
  /** A table of `pk` (S) and, when asked for, `sk` (N), and whatever else CreateTable takes. */
  table(name: string, more?: object): Promise<Answer>;
  close(): Promise<void>;
}

export const PARTITION = { AttributeName: 'pk', KeyType: 'HASH' } as const;
export const SORT = { AttributeName: 'sk', KeyType: 'RANGE' } as const;

/** The operations of DynamoDB and its streams on a real store of their own; nothing goes on behind unless told to. */
export async function openDynamo(): Promise<DynamoRoom> {
  const directory = temporaryDirectory();
  const clock = manualClock();
  const store = await openStore({ reserveBytes: SMALL_RESERVE, directory, schema, clock, logger: silentLogger });
  const deps = { store, clock, ids: randomIds, logger: silentLogger };
  const service = dynamodbService(deps);
  const streams = dynamodbStreamsService({ store });
  const caller =
    (table: { operations: Readonly<Record<string, unknown>> }): Call =>
    async (operation, input = {}, context: Partial<OperationContext> = {}) => {
      const run = table.operations[operation] as (input: object, context: OperationContext) => Promise<Answer>;
      return decoded(await run(structuredClone(input), contextOf({ now: clock.now(), ...context })));
    };
  const call = caller(service);
  return {
    call,
    streams: caller(streams),
    access: service.access,
    streamAccess: streams.access,
    source: service.streams,
    clock,
    store,
    upkeep: async () => void (await keepUp({ ...deps, streamsChanged: () => {} }, new AbortController().signal)),
    table: (name, more = {}) =>
      call('CreateTable', {
        TableName: name,
        KeySchema: [PARTITION],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        ...more,
      }),
    async close() {
      await service.upkeep.stop(AbortSignal.abort());
      await store.close();
      removeDirectory(directory);
    },
  };
}

/** What a client makes of an answer that was given as JSON. */
function decoded(answer: Answer): Answer {
  if (!(answer instanceof EncodedJson)) return answer;
  const { Item, Items, LastEvaluatedKey, ...rest } = JSON.parse(Buffer.from(answer.bytes).toString());
  return {
    ...rest,
    ...(Item ? { Item: itemOf(Item) } : {}),
    ...(Items ? { Items: Items.map(itemOf) } : {}),
    ...(LastEvaluatedKey ? { LastEvaluatedKey: itemOf(LastEvaluatedKey) } : {}),
  };
}
