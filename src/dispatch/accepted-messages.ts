import { fail, type Reader } from '../kernel/index.ts';
import {
  type AcceptedEvent,
  type DeliveryOutcome,
  eventSourceMappings,
  mappingSubscriber,
  outcomes,
  type Place,
} from '../model/index.ts';

/** Outcomes looked at in one call, so that one that finds little ends too. */
const MOST_READ = 5000;
const PAGE = 500;
const TYPE = 'aws:sqs';

/** What is listed, newest first. Times are epoch ms, of the end of the batch; until is inclusive. */
interface Wanted {
  readonly since: number;
  readonly until: number;
  readonly limit: number;
  readonly after: string | undefined;
}

/**
 * Messages of queues that mappings took: only these come into the ledger, with the outcome of their batch. One that went back to its queue
 * and was received again is there each time. Ends with the batch that fills the page, so a page may hold more than limit.
 */
export async function queueMessages(
  read: Reader,
  { account, region }: Place,
  wanted: Wanted,
): Promise<{ readonly events: readonly AcceptedEvent[]; readonly next?: string }> {
  const subjects = new Map<string, string>();
  const events: AcceptedEvent[] = [];
  let after = keyAfter(wanted.after);
  for (let looked = 0; looked < MOST_READ; ) {
    const bounds = { from: [wanted.since], ...(after ? { after } : { to: [wanted.until + 1] }) };
    const range = { index: 'account', prefix: [account], reverse: true, limit: PAGE, ...bounds };
    const page = await read.range(outcomes, range);
    for (const row of page.items) {
      after = [row.time, row.id];
      looked += 1;
      if (row.topic !== 'sqs' || row.region !== region) continue;
      events.push(...messagesOf(row, await queueOf(read, row, subjects)));
      if (events.length >= wanted.limit) return { events, next: after.join(' ') };
    }
    if (!page.next) return { events };
  }
  return { events, next: after!.join(' ') };
}

function messagesOf(row: DeliveryOutcome, subject: string): AcceptedEvent[] {
  const { topic, position, records = [], acceptedAt: time, causes } = row;
  return records.map((id, i) => {
    const cause = causes ? causes[i] : row.cause;
    return { id, topic, position, time, type: TYPE, source: 'sqs', subject, ...(cause ? { cause } : {}) };
  });
}

/** ARN of the mapping's queue; the mapping itself when it is gone. */
async function queueOf(
  read: Reader,
  { account, region, subscriber }: DeliveryOutcome,
  known: Map<string, string>,
): Promise<string> {
  const found = known.get(subscriber);
  if (found !== undefined) return found;
  const mapping = await read.get(eventSourceMappings, [account, region, subscriber.slice(mappingSubscriber('').length)]);
  const arn = mapping?.sourceArn ?? subscriber;
  known.set(subscriber, arn);
  return arn;
}

function keyAfter(token: string | undefined): readonly [number, string] | undefined {
  if (token === undefined) return undefined;
  const found = /^(\d{1,15}) (\S{1,200})$/.exec(token);
  if (!found) throw fail('InvalidRequest', 'after is not a token of this list');
  return [Number(found[1]), found[2]!];
}
