import { allRows, collection, type Transaction } from '../../kernel/index.ts';
import { type BusEvent, compilePattern, type EventBus, matches, type Pattern, seeBusEvent } from '../../model/index.ts';

/** An archive of a bus: a copy of each event that matches, kept until it is too old. Names are unique in an account and region. */
export interface Archive {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** ARN of the bus. */
  readonly bus: string;
  readonly description?: string;
  /** Absent: every event. */
  readonly pattern?: string;
  /** 0: for ever. */
  readonly retentionDays: number;
  readonly created: number;
  readonly events: number;
  readonly bytes: number;
  /** The number of the next event. */
  readonly nextSeq: number;
}

export const archives = collection<Archive>({
  name: 'events.archives',
  key: ['account', 'region', 'name'],
  indexes: [{ name: 'bus', fields: ['bus'] }],
});

/** An event in an archive, in the order of arrival. */
export interface ArchivedEvent {
  /** shelfOf the archive. */
  readonly archive: string;
  /** Epoch ms when it came. */
  readonly time: number;
  readonly seq: number;
  readonly bytes: number;
  readonly event: BusEvent;
}

export const archivedEvents = collection<ArchivedEvent>({
  name: 'events.archived',
  key: ['archive', 'time', 'seq'],
  integers: ['time', 'seq'],
});

export function archiveArn({ region, account, name }: Pick<Archive, 'region' | 'account' | 'name'>): string {
  return `arn:aws:events:${region}:${account}:archive/${name}`;
}

/** Where an archive's events are: one that was made again under its name begins empty. */
export function shelfOf(archive: Archive): string {
  return `${archiveArn(archive)}/${archive.created}`;
}

/** Copies events into those archives of their bus that want them, in the transaction in which they come. */
export async function archive(tx: Transaction, bus: EventBus, events: readonly BusEvent[]): Promise<void> {
  if (bus.archives === 0) return;
  const seen = events.map(seeBusEvent);
  for (const one of await allRows(tx, archives, { index: 'bus', prefix: [bus.arn] })) {
    const pattern: Pattern | undefined = one.pattern === undefined ? undefined : compilePattern(one.pattern);
    const wanted = seen.filter(({ value }) => pattern === undefined || matches(pattern, value));
    if (wanted.length === 0) continue;
    let { nextSeq, bytes } = one;
    for (const { event } of wanted) {
      const size = sizeOf(event);
      await tx.put(archivedEvents, { archive: shelfOf(one), time: event.ingested, seq: nextSeq++, bytes: size, event });
      bytes += size;
    }
    await tx.put(archives, { ...one, nextSeq, bytes, events: one.events + wanted.length });
  }
}

function sizeOf({ source, detailType, detail, resources }: BusEvent): number {
  return 14 + [source, detailType, detail, ...resources].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
