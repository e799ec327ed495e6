import {
  type EventSourceMapping,
  type FunctionSpec,
  fewerPollers,
  firstPollers,
  type HeldBatch,
  LOOK_AGAIN_MS,
  morePollers,
  POLLER_STEP_MS,
  type Pollers,
  pauseMs,
  pollersAllowed,
  type QueueMessage,
  type QueueSource,
  RECORDS_BYTES,
  type SourceQueue,
  throttledPollers,
} from '../../model/index.ts';
import { openGate } from './gate.ts';
import type { Runner, RunnerPorts } from './ports.ts';
import { heldBatch, type QueueBatch, type Received, receive, runBatches, visibilityOf } from './queue-batch.ts';
import { recordBatch } from './record-batch.ts';
import { LiveMapping } from './shard.ts';
import { Trouble } from './trouble.ts';

/** Messages of one receive: more would hold up other transactions. */
const MOST_RECEIVED = 100;
/** A receive of so much may hold fewer messages than there are: pages of the store end at about 1 MB. */
const HEAVY_BYTES = 100_000;

/**
 * Polls a queue: pollers that each receive, invoke and finish one batch, as many at a time as the backlog asks for. Woken by the queue;
 * with nothing to receive there is no poller and no timer.
 */
export class QueueRunner implements Runner {
  readonly #ports: RunnerPorts;
  readonly #source: QueueSource;
  readonly #live: LiveMapping;
  readonly #polls = new Set<Promise<void>>();
  readonly #cancels = new Set<() => void>();
  #pollers: Pollers = firstPollers;
  /** Something came while all pollers were busy. */
  #woken = false;
  /** Who waits for messages to fill up a batch; the first takes what wakes us. */
  readonly #filling = new Set<() => void>();
  #growing = false;
  /** Nothing can be processed now; looks again after a while. */
  #resting = false;
  #rests = 0;
  #told = '';
  readonly #polling: Trouble;
  /** What functions have, and since when (epoch ms). */
  readonly #held = new Map<Received, number>();
  #unwatch = () => {};
  #stopped = false;

  constructor(ports: RunnerPorts, source: QueueSource, mapping: EventSourceMapping) {
    this.#ports = ports;
    this.#source = source;
    this.#live = new LiveMapping(mapping);
    const { uuid } = mapping;
    this.#polling = new Trouble((error) => ports.logger.error('a queue could not be polled', { mapping: uuid, error }));
  }

  async start(): Promise<void> {
    this.#unwatch = this.#source.watch(this.#live.mapping.sourceArn, () => this.#wake());
    this.#wake();
  }

  change(mapping: EventSourceMapping): boolean {
    this.#live.change(mapping);
    this.#resting = false;
    for (const fill of [...this.#filling]) fill();
    this.#wake();
    return true;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unwatch();
    for (const cancel of [...this.#cancels]) cancel();
    for (const fill of [...this.#filling]) fill();
    while (this.#polls.size > 0) await Promise.all(this.#polls);
  }

  blocked(): readonly [] {
    return [];
  }

  held(): readonly HeldBatch[] {
    const held = [...this.#held].filter(([{ records }]) => records.length > 0);
    return held.map(([received, since]) => heldBatch(this.#live.mapping, received, since));
  }

  #wake(): void {
    if (this.#stopped) return;
    const [fill] = this.#filling;
    if (fill) fill();
    else if (!this.#begin()) this.#woken = true;
  }

  #maximum(): number {
    return this.#live.mapping.settings.maximumConcurrency ?? this.#ports.concurrency;
  }

  /** Starts one more poller; false when there are as many as there may be. */
  #begin(): boolean {
    if (this.#stopped || this.#resting) return true;
    if (!this.#hasRoom() && !this.#grow()) return false;
    const poll = this.#poll()
      .catch((error) => {
        this.#polling.meet(error);
        this.#rest();
      })
      .finally(() => {
        this.#polls.delete(poll);
        if (this.#woken) this.#begin();
      });
    this.#polls.add(poll);
    return true;
  }

  #hasRoom(): boolean {
    return this.#polls.size < pollersAllowed(this.#pollers, this.#maximum());
  }

  /** While more is asked for than is allowed, what is allowed grows with time. Answers whether there is room now. */
  #grow(): boolean {
    this.#pollers = morePollers(this.#pollers, this.#ports.clock.now(), this.#maximum());
    if (this.#hasRoom()) return true;
    if (!this.#growing && this.#pollers.limit < this.#maximum()) {
      this.#growing = true;
      this.#after(POLLER_STEP_MS, () => {
        this.#growing = false;
        if (this.#woken) this.#begin();
      });
    }
    return false;
  }

  async #poll(): Promise<void> {
    this.#woken = false;
    const gate = await openGate(this.#ports, this.#live.mapping);
    if ('problem' in gate) return this.#trouble(gate.problem);
    const queue = await this.#source.find(this.#live.mapping.sourceArn);
    if (!queue) return this.#trouble(`PROBLEM: Queue not found: ${this.#live.mapping.sourceArn}`, false);
    [this.#told, this.#rests] = ['', 0];
    await this.#one(gate.spec, queue);
  }

  /** One batch: received, filled up, brought to its end. */
  async #one(spec: FunctionSpec, queue: SourceQueue): Promise<void> {
    const ports = this.#ports;
    const { mapping, filter } = this.#live;
    const visibilityMs = visibilityOf(mapping, queue, spec);
    const [receivedAt, began] = [ports.clock.now(), ports.clock.monotonic()];
    const messages = await this.#take(mapping, mapping.settings.batchSize, visibilityMs);
    if (messages.length === 0) {
      this.#pollers = fewerPollers(this.#pollers);
      return;
    }
    await this.#fill(messages, began, visibilityMs);
    if (this.#stopped) return this.#giveBack(mapping, messages);
    if (messages.length >= mapping.settings.batchSize || weightOf(messages) >= RECORDS_BYTES) {
      this.#woken = true;
      this.#begin();
    }
    const batch: QueueBatch = {
      ports,
      source: this.#source,
      mapping,
      queue,
      spec,
      receivedAt,
      visibilityMs,
      stopped: () => this.#stopped,
      backOff: (tries) => this.#backOff(tries),
    };
    const received = receive(mapping, filter, messages);
    this.#held.set(received, receivedAt);
    await runBatches(batch, received).finally(() => this.#held.delete(received));
    this.#polling.over();
  }

  /** Receives until there are as many as a batch holds, or no more at once. */
  async #take({ sourceArn }: EventSourceMapping, most: number, visibilityMs: number): Promise<QueueMessage[]> {
    const taken: QueueMessage[] = [];
    while (taken.length < most && weightOf(taken) < RECORDS_BYTES && !this.#stopped) {
      const wanted = Math.min(most - taken.length, MOST_RECEIVED);
      const messages = await this.#source.receive(sourceArn, wanted, visibilityMs);
      taken.push(...messages);
      if (messages.length < wanted && weightOf(messages) < HEAVY_BYTES) break;
    }
    return taken;
  }

  /** Waits for more until the batch is full, its window is over, or it holds 6 MB. */
  async #fill(messages: QueueMessage[], began: number, visibilityMs: number): Promise<void> {
    while (!this.#stopped) {
      const { mapping } = this.#live;
      const { windowMs, batchSize } = mapping.settings;
      const left = began + windowMs - this.#ports.clock.monotonic();
      if (left <= 0 || messages.length >= batchSize || weightOf(messages) >= RECORDS_BYTES) return;
      await this.#wakened(left);
      messages.push(...(await this.#take(mapping, batchSize - messages.length, visibilityMs)));
    }
  }

  /** Stopped before they could be handed out: others may have them at once. */
  async #giveBack({ sourceArn }: EventSourceMapping, messages: readonly QueueMessage[]): Promise<void> {
    const handles = messages.map(({ receiptHandle }) => receiptHandle);
    await this.#ports.store.transact((tx) => this.#source.release(tx, sourceArn, handles, 0));
  }

  /** Resolves when the queue wakes us, or after ms. */
  #wakened(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#filling.delete(done);
        resolve();
      };
      const cancel = this.#after(ms, done);
      this.#filling.add(done);
    });
  }

  #backOff(tries: number): Promise<void> {
    this.#pollers = throttledPollers(this.#pollers);
    return new Promise((resolve) => {
      this.#after(pauseMs(tries, this.#chance(), LOOK_AGAIN_MS), resolve, resolve);
    });
  }

  /** Nothing can be processed now: says why, and looks again later. */
  async #trouble(problem: string, again = true): Promise<void> {
    if (this.#told !== problem) {
      this.#told = problem;
      const entry = { sums: {}, now: this.#ports.clock.now(), lastResult: problem, ends: [] };
      await this.#ports.store.transact((tx) => recordBatch(tx, this.#live.mapping, entry, this.#ports.meterIn));
    }
    if (again) this.#rest();
  }

  #rest(): void {
    if (this.#resting || this.#stopped) return;
    this.#resting = true;
    this.#rests += 1;
    this.#after(pauseMs(this.#rests, this.#chance(), LOOK_AGAIN_MS), () => {
      this.#resting = false;
      this.#begin();
    });
  }

  #chance(): number {
    return Number.parseInt(this.#ports.ids.hex(2), 16) / 0x10000;
  }

  /** A timer that ends with the runner; gone is called when it is cancelled. */
  #after(ms: number, fn: () => void, gone: () => void = () => {}): () => void {
    const stop = this.#ports.clock.after(ms, () => {
      this.#cancels.delete(cancel);
      fn();
    });
    const cancel = () => {
      stop();
      this.#cancels.delete(cancel);
      gone();
    };
    this.#cancels.add(cancel);
    return cancel;
  }
}

function weightOf(messages: readonly QueueMessage[]): number {
  return messages.reduce((sum, { body }) => sum + body.length, 0);
}
