import type { SubscribeToShardEvent, SubscribeToShardInput } from '@aws-sdk/client-kinesis';
import type { Position } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { consumers, recordTopic, type Shard, type Stream } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { describeChildren } from './descriptions.ts';
import { arnOf, consumerOfArn, findStream, inUse, laidOut, shardToRead } from './found.ts';
import { readShard } from './read-shard.ts';
import { sequenceNumber, shardIdOf } from './sequence-numbers.ts';
import { startOf } from './starting-positions.ts';

const LASTS_MS = 300_000;
/** A quiet shard says so this often. */
const QUIET_MS = 5_000;
const RECORDS_AN_EVENT = 1000;

interface Answer {
  readonly EventStream: AsyncIterable<{ readonly SubscribeToShardEvent: SubscribeToShardEvent }>;
}

/**
 * SubscribeToShard (spec/backends.md §5): records as they come, for five minutes or until the shard has ended, apart from the read limits
 * of GetRecords. A quiet shard sends an empty event every 5 seconds.
 */
export function subscribeToShard(deps: KinesisDeps): Operation<SubscribeToShardInput, Answer> {
  return async (input, context) => {
    const { stream, consumer } = await consumerOfArn(deps.store.read, input.ConsumerARN!);
    const found = await laidOut(deps, stream);
    const shard = shardToRead(found, input.ShardId!);
    const { Type, SequenceNumber, Timestamp } = input.StartingPosition!;
    const start = { type: Type!, sequence: SequenceNumber, time: Timestamp?.getTime(), operation: 'SubscribeToShard' };
    const position = await startOf(deps.store.read, { stream, shard, now: context.now }, start);
    const key = `${stream.id}/${consumer.name}/${shard.shard}`;
    const end = deps.subscriptions.begin(key, context.now);
    if (!end)
      throw inUse(
        `Another active subscription exists for this consumer: ${context.account}:${stream.name}:${consumer.name}:${shardIdOf(shard.shard)}.`,
      );
    const over = () => {
      context.signal.removeEventListener('abort', over);
      end.abort();
      deps.subscriptions.letGo(key, end);
    };
    // Also when the client goes before it has asked for the first event.
    context.signal.addEventListener('abort', over, { once: true });
    const subscription = new Subscription(deps, { stream, shard: shard.shard, consumer: consumer.name }, end.signal);
    return { EventStream: subscription.events(position, over) };
  };
}

interface Whose {
  readonly stream: Stream;
  readonly shard: number;
  readonly consumer: string;
}

/** One consumer's way along one shard. */
class Subscription {
  readonly #deps: KinesisDeps;
  readonly #whose: Whose;
  readonly #signal: AbortSignal;

  constructor(deps: KinesisDeps, whose: Whose, signal: AbortSignal) {
    this.#deps = deps;
    this.#whose = whose;
    this.#signal = signal;
  }

  async *events(from: Position, over: () => void) {
    const until = this.#deps.clock.monotonic() + LASTS_MS;
    let position = from;
    try {
      for (let first = true; !this.#signal.aborted && this.#deps.clock.monotonic() < until; first = false) {
        const found = await this.#found();
        if (!found) return;
        const { shard, layout } = found;
        const { records, next, behindMs } = await readShard(
          this.#deps.store.read,
          { shard, now: this.#deps.clock.now() },
          position,
          RECORDS_AN_EVENT,
        );
        const ended = shard.end !== undefined && next >= shard.end;
        if (records.length === 0 && !ended && !first && (await this.#more(shard, next))) continue;
        position = next;
        const event = { Records: records, MillisBehindLatest: behindMs };
        const ContinuationSequenceNumber = sequenceNumber(shard.shard, next - 1);
        if (!ended) yield { SubscribeToShardEvent: { ...event, ContinuationSequenceNumber } };
        else {
          const ChildShards = describeChildren(layout, shard.shard);
          yield { SubscribeToShardEvent: { ...event, ContinuationSequenceNumber: undefined, ChildShards } };
          return;
        }
      }
    } finally {
      over();
    }
  }

  /** The shard as it is now; undefined when it, its stream or the consumer is gone. */
  async #found() {
    const { stream, shard, consumer } = this.#whose;
    const { read } = this.#deps.store;
    if ((await findStream(read, stream))?.id !== stream.id || !(await read.get(consumers, [stream.id, consumer])))
      return undefined;
    const { layout } = await laidOut(this.#deps, stream);
    const found = layout.get(shard);
    return found && { shard: found, layout };
  }

  /** Waits for something new, or that the shard changes; resolves false when 5 seconds passed without. */
  #more(shard: Shard, from: Position): Promise<boolean> {
    const { store, clock, watchers } = this.#deps;
    const waiting = new AbortController();
    return new Promise<boolean>((resolve) => {
      const done = (more: boolean) => {
        waiting.abort();
        cancel();
        unwatch();
        this.#signal.removeEventListener('abort', ended);
        resolve(more);
      };
      const ended = () => done(true);
      const cancel = clock.after(QUIET_MS, () => done(false));
      const unwatch = watchers.watch(arnOf(this.#whose.stream), ended);
      this.#signal.addEventListener('abort', ended, { once: true });
      const following = store.follow(recordTopic.name, shard.lane, from, waiting.signal)[Symbol.asyncIterator]();
      // Returned in any case: while it is held the lane stays in memory.
      following
        .next()
        .finally(() => following.return?.())
        .then(ended, ended);
      if (this.#signal.aborted) ended();
    });
  }
}
