import type { Key, Reader } from '../../kernel/index.ts';
import { logStreams } from '../../model/index.ts';

/** Names of a group's streams by their ids; of 100,000 streams at most. Streams that were deleted are not in it, so their events are not shown. */
export async function streamNames(read: Reader, group: string, prefix = ''): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const bounds = prefix === '' ? {} : { from: [prefix], to: [`${prefix}\u{10ffff}`] };
  let after: Key | undefined;
  do {
    const page = await read.range(logStreams, { prefix: [group], ...bounds, ...(after ? { after } : {}), limit: 1000 });
    for (const stream of page.items) names.set(stream.id, stream.name);
    after = page.next;
  } while (after && names.size < 100_000);
  return names;
}
