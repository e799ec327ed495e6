import type { Clock, Ids, Transaction } from '../kernel/index.ts';
import { type LogGroup, type LogStream, type LogStreamRow, logGroups, logStreams, newGroup, newStream } from '../model/index.ts';
import { keyOf } from './log-buffer.ts';

interface Remembered {
  readonly group: string;
  readonly deletions: number;
  readonly row: LogStreamRow;
  /** Epoch ms of the last write of the row. */
  readonly written: number;
}

/** Rows of streams say when their last event was; as on AWS, some seconds late. */
const ROW_EVERY_MS = 5_000;
const LIMIT = 20_000;

/** Which rows stand for the streams that are written to. What it remembers counts only when the transaction that used it was committed. */
export class LogStreams {
  private known = new Map<string, Remembered>();
  private readonly clock: Clock;
  private readonly ids: Ids;

  constructor(clock: Clock, ids: Ids) {
    this.clock = clock;
    this.ids = ids;
  }

  /** Begins one flush: group rows are read once in it. */
  begin(tx: Transaction): Flush {
    return { tx, groups: new Map(), learned: new Map() };
  }

  /** The flush was committed. */
  commit(flush: Flush): void {
    if (this.known.size + flush.learned.size > LIMIT) this.known = new Map();
    for (const [key, value] of flush.learned) this.known.set(key, value);
  }

  /** Makes group and stream when they are not there, as Lambda does. first and last: epoch ms of what is written to the stream now. */
  async resolve(flush: Flush, stream: LogStream, first: number, last: number): Promise<{ group: LogGroup; stream: string }> {
    const group = await this.group(flush, stream);
    const key = keyOf(stream);
    const known = this.known.get(key);
    const holds = known?.group === group.id && known.deletions === group.deletions;
    const row = holds ? known.row : await this.row(flush.tx, group.id, stream.stream);
    const now = this.clock.now();
    const due = !holds || now - known.written >= ROW_EVERY_MS;
    const changed: LogStreamRow = {
      ...row,
      firstEvent: Math.min(row.firstEvent ?? first, first),
      lastEvent: Math.max(row.lastEvent, last),
      lastIngestion: now,
    };
    if (due) await flush.tx.put(logStreams, changed);
    flush.learned.set(key, { group: group.id, deletions: group.deletions, row: changed, written: due ? now : known.written });
    return { group, stream: row.id };
  }

  private async group(flush: Flush, { account, region, group: name }: LogStream): Promise<LogGroup> {
    const key = `${account}\n${region}\n${name}`;
    const known = flush.groups.get(key);
    if (known) return known;
    let group = await flush.tx.get(logGroups, [account, region, name]);
    if (!group) {
      group = newGroup({ account, region }, name, this.ids.hex(8), this.clock.now());
      await flush.tx.put(logGroups, group);
    }
    flush.groups.set(key, group);
    return group;
  }

  private async row(tx: Transaction, group: string, name: string): Promise<LogStreamRow> {
    return (await tx.get(logStreams, [group, name])) ?? newStream(group, name, this.ids.hex(8), this.clock.now());
  }
}

export interface Flush {
  readonly tx: Transaction;
  readonly groups: Map<string, LogGroup>;
  readonly learned: Map<string, Remembered>;
}
