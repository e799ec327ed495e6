import { createHash } from 'node:crypto';
import type { Clock } from '../../kernel/index.ts';
import type { QueueMessage, QueueSource } from '../../model/index.ts';

interface Kept {
  readonly id: string;
  readonly body: string;
  readonly group: string | undefined;
  readonly cause: string | undefined;
  visibleAt: number;
  receives: number;
}

/** A queue in memory that keeps the contract of QueueSource; FIFO when messages name groups. */
export class MemoryQueue implements QueueSource {
  readonly #clock: Clock;
  readonly #wakes = new Set<() => void>();
  messages: Kept[] = [];
  /** Long, for tests move the clock in steps while the store works in real time. */
  visibilityTimeoutMs = 600_000;
  fifo = false;
  exists = true;
  receives = 0;
  /** As a page of the store: a receive ends with the message that makes it so heavy. */
  pageBytes = Number.POSITIVE_INFINITY;
  #made = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find: QueueSource['find'] = async () =>
    this.exists ? { fifo: this.fifo, visibilityTimeoutMs: this.visibilityTimeoutMs } : undefined;

  send(bodies: readonly string[], group?: string, cause?: string): void {
    for (const body of bodies) this.messages.push({ id: `m${++this.#made}`, body, group, cause, visibleAt: 0, receives: 0 });
    this.#wake();
  }

  receive: QueueSource['receive'] = async (_arn, max, visibilityMs) => {
    this.receives += 1;
    await new Promise((resolve) => setImmediate(resolve));
    const now = this.#clock.now();
    const busy = new Set(this.messages.filter(({ group, visibleAt }) => group && visibleAt > now).map(({ group }) => group));
    const free = this.messages.filter(({ group, visibleAt }) => visibleAt <= now && !(group && busy.has(group))).slice(0, max);
    for (let i = 0, bytes = 0; i < free.length; i++) {
      bytes += free[i]!.body.length;
      if (bytes >= this.pageBytes) free.length = i + 1;
    }
    if (free.length > 0) this.#clock.after(visibilityMs + 1, () => this.#wake());
    return free.map((message) => {
      message.visibleAt = now + visibilityMs;
      message.receives += 1;
      return shown(message);
    });
  };

  remove: QueueSource['remove'] = async (_tx, _arn, handles) => {
    const gone = new Set(handles);
    this.messages = this.messages.filter((message) => !gone.has(handleOf(message)));
    this.#wake();
  };

  release: QueueSource['release'] = async (_tx, _arn, handles, delayMs) => {
    const back = new Set(handles);
    for (const message of this.messages) if (back.has(handleOf(message))) message.visibleAt = this.#clock.now() + delayMs;
    this.#clock.after(delayMs + 1, () => this.#wake());
  };

  watch: QueueSource['watch'] = (_arn, wake) => {
    this.#wakes.add(wake);
    return () => this.#wakes.delete(wake);
  };

  #wake(): void {
    for (const wake of [...this.#wakes]) wake();
  }
}

const handleOf = ({ id, receives }: Kept) => `${id}#${receives}`;

function shown(message: Kept): QueueMessage {
  const { id, body, group, receives } = message;
  return {
    messageId: id,
    receiptHandle: handleOf(message),
    body,
    md5OfBody: createHash('md5').update(body).digest('hex'),
    attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: '1', ...(group && { MessageGroupId: group }) },
    messageAttributes: { k: { dataType: 'String', stringValue: 'v' } },
    ...(message.cause === undefined ? {} : { cause: message.cause }),
  };
}
