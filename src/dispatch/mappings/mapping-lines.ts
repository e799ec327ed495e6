import type { Key, Reader } from '../../kernel/index.ts';
import { type EventSums, type MappingBooks, mappingBooks, mappingSubscriber } from '../../model/index.ts';

export type MappingLine = EventSums & Pick<MappingBooks, 'accepted' | 'attempts'> & { readonly balanced: boolean };

/** The books of mappings in the words of those of topics: what filters dropped is unmatched. Nothing is in flight: all is counted with its end. */
export async function mappingLines(read: Reader, prefix: Key): Promise<MappingLine[]> {
  const lines: MappingLine[] = [];
  for (let after: Key | undefined; ; ) {
    const page: { items: MappingBooks[]; next?: Key } = await read.range(mappingBooks, {
      prefix,
      limit: 1000,
      ...(after ? { after } : {}),
    });
    lines.push(...page.items.map(lineOf));
    if (!page.next) return lines;
    after = page.next;
  }
}

function lineOf(books: MappingBooks): MappingLine {
  const { uuid, accepted, filtered, delivered, failed, expired, attempts } = books;
  const routed = accepted - filtered;
  const deadLettered = books['dead-lettered'];
  return {
    topic: mappingSubscriber(uuid),
    accepted,
    routed,
    unmatched: filtered,
    deliveries: routed,
    inFlight: 0,
    delivered,
    expired,
    'dead-lettered': deadLettered,
    failed,
    dropped: 0,
    attempts,
    balanced: routed === delivered + failed + expired + deadLettered,
  };
}
