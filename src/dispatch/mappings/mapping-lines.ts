import type { Key, Reader } from '../../kernel/index.ts';
import {
  type EventSums,
  emptyMappingBooks,
  type HeldBatch,
  type MappingBooks,
  mappingBooks,
  mappingSubscriber,
} from '../../model/index.ts';

export type MappingLine = EventSums & Pick<MappingBooks, 'accepted' | 'attempts'> & { readonly balanced: boolean };

/**
 * The books of mappings in the words of those of topics: what filters dropped is unmatched. Books count records with their end; held are those
 * that are in flight besides, of the same accounts.
 */
export async function mappingLines(read: Reader, prefix: Key, held: readonly HeldBatch[]): Promise<MappingLine[]> {
  const lines: MappingLine[] = [];
  const inFlight = Map.groupBy(held, ({ subscriber }) => subscriber);
  const add = (books: MappingBooks) => {
    const subscriber = mappingSubscriber(books.uuid);
    lines.push(lineOf(books, sizeOf(inFlight.get(subscriber) ?? [])));
    inFlight.delete(subscriber);
  };
  for (let after: Key | undefined; ; ) {
    const page: { items: MappingBooks[]; next?: Key } = await read.range(mappingBooks, {
      prefix,
      limit: 1000,
      ...(after ? { after } : {}),
    });
    page.items.forEach(add);
    if (!page.next) break;
    after = page.next;
  }
  for (const [first] of [...inFlight.values()]) add(emptyMappingBooks({ ...first!, uuid: uuidOf(first!) }));
  return lines;
}

const uuidOf = ({ subscriber }: HeldBatch) => subscriber.slice(mappingSubscriber('').length);

const sizeOf = (held: readonly HeldBatch[]) => held.reduce((sum, { size }) => sum + size, 0);

function lineOf(books: MappingBooks, inFlight: number): MappingLine {
  const { uuid, filtered, delivered, failed, expired, attempts } = books;
  const accepted = books.accepted + inFlight;
  const routed = accepted - filtered;
  const deadLettered = books['dead-lettered'];
  return {
    topic: mappingSubscriber(uuid),
    accepted,
    routed,
    unmatched: filtered,
    deliveries: routed,
    inFlight,
    delivered,
    expired,
    'dead-lettered': deadLettered,
    failed,
    dropped: 0,
    attempts,
    balanced: routed === delivered + failed + expired + deadLettered + inFlight,
  };
}
