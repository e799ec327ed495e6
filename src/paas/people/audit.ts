import { type Ids, platformFailure, type Reader } from '../../kernel/index.ts';
import type { Actor, Audit } from '../../model/index.ts';
import { auditTopic } from './collections.ts';

/** What of an entry is no field of the event itself. */
interface AuditBody {
  readonly actor: Pick<Actor, 'name' | 'kind' | 'credential'>;
  readonly app?: string;
  readonly account?: string;
  readonly detail: string;
}

export interface AuditEntry extends AuditBody {
  readonly action: string;
  /** Epoch ms. */
  readonly at: number;
}

const LONGEST = 1000;

/** Whoever writes a detail keeps secrets out of it; the shapes of our own tokens are taken out once more. */
const TOKENS = /dlb_[A-Z2-7]{16}_[A-Z2-7]+|\b(?:AKIA|ASIA)[A-Z0-9]{16}\.[\w+/=-]+/g;

/** Appends to the trail: nothing in it can be changed, and it goes by age (400 days) or size alone. */
export function createAudit(ids: Ids): Audit {
  return async (tx, { actor, action, app, account, detail, at }) => {
    const { name, kind, credential } = actor;
    const body: AuditBody = {
      actor: { name, kind, ...(credential === undefined ? {} : { credential }) },
      ...(app === undefined ? {} : { app }),
      ...(account === undefined ? {} : { account }),
      detail: detail.replace(TOKENS, '…').slice(0, LONGEST),
    };
    const about = { subject: app ?? '', account: account ?? '', region: '' };
    await tx.append(auditTopic.name, 0, { id: ids.uuid(), type: action, source: 'dalamb', ...about, time: at, body });
  };
}

export interface AuditWish {
  /** Only entries that this holds for. */
  readonly wanted: (entry: AuditEntry) => boolean;
  /** Entries older than this one; from an earlier answer. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface AuditPage {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  /** Give as before for older ones. */
  readonly next?: number;
}

const BLOCK = 250;
const MOST_READ = 10_000;

/** Walks back from the newest; a page ends early when it took 10,000 entries to fill it, and says where to go on. */
export async function listAudit(read: Reader, { wanted, before, limit }: AuditWish): Promise<AuditPage> {
  const { first, next } = await read.bounds(auditTopic.name, 0);
  const entries: AuditEntry[] = [];
  let end = Math.min(before ?? next, next);
  const least = Math.max(first, end - MOST_READ);
  while (end > least) {
    const start = Math.max(least, end - BLOCK);
    for (const { position, entry } of (await blockOf(read, start, end)).reverse()) {
      if (!wanted(entry)) continue;
      entries.push(entry);
      if (entries.length === limit) return { entries, ...(position > first ? { next: position } : {}) };
    }
    end = start;
  }
  return { entries, ...(least > first ? { next: least } : {}) };
}

async function blockOf(read: Reader, start: number, end: number) {
  const found: { readonly position: number; readonly entry: AuditEntry }[] = [];
  for (let from = start; from < end; ) {
    const events = await read.events(auditTopic.name, 0, from, end - from);
    if (events.length === 0) throw platformFailure('InternalError', 'the audit trail moved on');
    for (const { position, type, time, body } of events)
      found.push({ position, entry: { action: type, at: time, ...(body as AuditBody) } });
    from = events.at(-1)!.position + 1;
  }
  return found;
}
