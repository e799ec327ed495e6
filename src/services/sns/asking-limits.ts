import { fail, type Transaction } from '../../kernel/index.ts';
import type { TopicSubscription } from '../../model/index.ts';
import { type Asked, asked } from './collections.ts';

/** So many at once, and after that one for each interval, in ms. */
interface Limit {
  readonly burst: number;
  readonly everyMs: number;
}

const MINUTE = 60_000;
/** How often one mailbox, host or queue is asked whether it wants a subscription, whoever asks and for whatever topic. */
const MAILBOX: Limit = { burst: 30, everyMs: 5 * MINUTE };
const HOST: Limit = { burst: 500, everyMs: 1000 };
const QUEUE: Limit = HOST;
/** How often one account asks, whomever. */
const ACCOUNT: Limit = { burst: 1000, everyMs: 1000 };
/** Most subscriptions of a topic that wait for their confirmation. */
const MOST_PENDING = 5000;

/**
 * Notes that an endpoint is asked for a confirmation: nobody can be flooded by subscribing them again and again. Throws Throttled 429; and
 * SubscriptionLimitExceeded 403 when more than 5,000 wait for theirs.
 */
export async function noteAsking(
  tx: Transaction,
  { subscription, account, pending, now }: { subscription: TopicSubscription; account: string; pending: number; now: number },
): Promise<void> {
  if (pending > MOST_PENDING)
    throw fail('SubscriptionLimitExceededException', `${MOST_PENDING} subscriptions wait for their confirmation`, {
      status: 403,
    });
  const { kind, of, limit } = whoIsAsked(subscription);
  await take(tx, { kind, of }, { limit, now });
  await take(tx, { kind: 'account', of: account }, { limit: ACCOUNT, now });
}

/** What stands behind an endpoint: its host, or its mailbox without the tag that mail servers pass over. */
function whoIsAsked({ protocol, endpoint }: TopicSubscription): Pick<Asked, 'kind' | 'of'> & { limit: Limit } {
  if (protocol === 'http' || protocol === 'https') return { kind: 'host', of: new URL(endpoint).hostname, limit: HOST };
  if (protocol === 'sqs' || protocol === 'lambda') return { kind: 'queue', of: endpoint, limit: QUEUE };
  const [, name = '', domain = ''] = /^([^@+]*)[^@]*@(.*)$/.exec(endpoint.toLowerCase()) ?? [];
  return { kind: 'mailbox', of: `${name}@${domain}`, limit: MAILBOX };
}

/** The row says until when what was taken counts: an interval for each. A clock that was set back lengthens that by nothing. */
async function take(
  tx: Transaction,
  { kind, of }: Pick<Asked, 'kind' | 'of'>,
  { limit: { burst, everyMs }, now }: { limit: Limit; now: number },
): Promise<void> {
  const most = now + burst * everyMs;
  const counted = (await tx.get(asked, [kind, of]))?.until ?? 0;
  const until = Math.max(counted > most ? most - everyMs : counted, now) + everyMs;
  if (until > most) throw fail('ThrottledException', 'Rate exceeded', { status: 429 });
  await tx.put(asked, { kind, of, until });
}
