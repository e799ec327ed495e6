import { type Clock, randomIds, type Store, silentLogger } from '../../src/kernel/index.ts';
import type { OperationContext } from '../../src/model/index.ts';
import { type Kinesis, kinesisService, schema } from '../../src/services/kinesis/index.ts';
import { openStore } from '../../src/store/index.ts';
import { type ManualClock, manualClock } from './clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from './platform.ts';
import { type Answer, contextOf } from './s3-room.ts';

export const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';

export interface KinesisRoom {
  /** Runs an operation as the root of ACCOUNT in us-east-1, at the clock's time. */
  call(operation: string, input?: object, context?: Partial<OperationContext>): Promise<Answer>;
  readonly kinesis: Kinesis;
  readonly store: Store;
  readonly clock: ManualClock;
  /** Makes stream `s`. */
  made(shards?: number): Promise<void>;
  /** Puts a record for each key into stream `s`; data is the key. Resolves to where they went. */
  put(...keys: readonly string[]): Promise<readonly { readonly ShardId: string; readonly SequenceNumber: string }[]>;
  /** An iterator of a shard of stream `s`, by its number. */
  iterator(shard: number, type?: string, more?: object): Promise<string>;
  close(): Promise<void>;
}

/** The operations of Kinesis on a real store of their own, at a time that only moves when told to. */
export async function openKinesis(clock: ManualClock = manualClock()): Promise<KinesisRoom> {
  const directory = temporaryDirectory();
  const store = await openStore({
    reserveBytes: SMALL_RESERVE,
    directory,
    schema,
    clock: withoutTimers(clock),
    logger: silentLogger,
  });
  const kinesis = kinesisService({ store, clock, ids: randomIds, logger: silentLogger });
  const call: KinesisRoom['call'] = (operation, input = {}, context = {}) =>
    kinesis.operations[operation]!(input as never, contextOf({ now: clock.now(), ...context })) as Promise<Answer>;
  return {
    call,
    kinesis,
    store,
    clock,
    made: async (shards = 1) => void (await call('CreateStream', { StreamName: 's', ShardCount: shards })),
    async put(...keys) {
      const Records = keys.map((key) => ({ PartitionKey: key, Data: Buffer.from(key) }));
      return (await call('PutRecords', { StreamName: 's', Records })).Records;
    },
    async iterator(shard, ShardIteratorType = 'TRIM_HORIZON', more = {}) {
      const ShardId = `shardId-${String(shard).padStart(12, '0')}`;
      return (await call('GetShardIterator', { StreamName: 's', ShardId, ShardIteratorType, ...more })).ShardIterator;
    },
    async close() {
      await store.close();
      removeDirectory(directory);
    },
  };
}

/** The store's own housekeeping is not what is tested: its timers never come. */
function withoutTimers(clock: Clock): Clock {
  return { now: () => clock.now(), monotonic: () => clock.monotonic(), after: () => () => {} };
}
