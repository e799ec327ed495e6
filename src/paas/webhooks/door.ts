import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type Clock, MIB, platformFailure, type SecretBox, type Store, type Transaction, utf8 } from '../../kernel/index.ts';
import {
  type RawRequest,
  type RawResponse,
  type RawRoute,
  type RepositoryDelivery,
  type RepositoryEvent,
  readDelivery,
  repositoryEvents,
  type SignedDelivery,
} from '../../model/index.ts';
import { deliveries, type RepositoryLink, type WebhookDelivery } from './collections.ts';
import { findLink, HOOKS, secretsOf } from './links.ts';
import { superseded } from './work.ts';

export interface DoorPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly secrets: SecretBox;
  /** There is work. */
  readonly wake: () => void;
}

/** GitHub sends up to 25 MB, all others less; what is pushed by people is far below this. */
const LARGEST_BODY = 5 * MIB;
const MOST_OPEN = 1000;
const OURS = /^\/_dalamb\/hooks\/([a-z][a-z0-9-]{0,39})\/([0-9a-f]{32})$/;

/** Where hosts of repositories tell of pushes. No token, but every request must be signed; it is answered when the work is durably noted. */
export function repositoryDoor(ports: DoorPorts): RawRoute {
  const covers = (path: string) => OURS.test(path);
  return { prefix: HOOKS, covers, methods: ['POST'], handle: (request) => receive(ports, request) };
}

async function receive(ports: DoorPorts, request: RawRequest): Promise<RawResponse> {
  const [, app = '', id] = OURS.exec(request.path) ?? [];
  const link = await findLink(ports.store.read, app);
  if (link?.id !== id || !link) throw platformFailure('NoSuchThing', 'webhook; it may be of an earlier connection');
  const body = await request.body(LARGEST_BODY);
  const delivery = readDelivery(link.provider, request.headers, ports.clock.now());
  if (!isProven(delivery, secretsOf(ports, link).secret, body))
    throw platformFailure('InvalidRequest', 'the signature is missing, old, or not made with the secret of this webhook', {
      status: 401,
    });
  const payload = parsed(body, request.headers['content-type']);
  const told = repositoryEvents(link.provider, delivery.event, payload);
  const name = delivery.id ?? `body-${createHash('sha256').update(body).digest('hex')}`;
  const noted = await note(ports, link, { name, events: elsewhere(link, told) ?? told.events });
  if (noted.some(({ state }) => state === 'open')) ports.wake();
  const results = noted.map(({ state, detail, lane }) => ({ state: state === 'open' ? 'queued' : state, detail, lane }));
  return {
    status: 202,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ delivery: name, results }),
  };
}

/** Signatures and tokens are compared in a time that tells nothing. */
function isProven({ proof }: SignedDelivery, secret: string, body: Uint8Array): boolean {
  if (!proof) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (proof.kind === 'token') return timingSafeEqual(digest(proof.token), digest(secret));
  const { before, key, signatures } = proof.signature;
  const expected = createHmac('sha256', key(secret)).update(before).update(body).digest();
  return signatures.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
}

/** GitHub and Gitea can also send it as the field `payload` of a form. Throws InvalidRequest. */
function parsed(body: Uint8Array, type = ''): unknown {
  const form = /^application\/x-www-form-urlencoded\b/i.test(type);
  const text = form ? (new URLSearchParams(utf8(body)).get('payload') ?? '') : utf8(body);
  try {
    return JSON.parse(text);
  } catch {
    throw platformFailure('InvalidRequest', 'the payload is no JSON');
  }
}

/** A webhook of a whole organisation tells of all its repositories. */
function elsewhere(link: RepositoryLink, { repository }: RepositoryDelivery): readonly RepositoryEvent[] | undefined {
  if (repository === undefined || repository.toLowerCase() === link.repository.toLowerCase()) return undefined;
  return [{ kind: 'ignored', reason: `this is of ${repository}, and ${link.app} is connected to ${link.repository}` }];
}

interface Told {
  readonly name: string;
  readonly events: readonly RepositoryEvent[];
}

/** A delivery that is known does nothing again, unless it failed: then its host's "redeliver" is another try. Rejects with GitBusy. */
function note({ store, clock }: DoorPorts, link: RepositoryLink, { name, events }: Told): Promise<readonly WebhookDelivery[]> {
  const at = clock.now();
  return store.transact(async (tx) => {
    const { items: known } = await tx.range(deliveries, { prefix: [link.id, name], limit: 100 });
    if (known.length > 0) return again(tx, known, at);
    const rows = events.map((event, part) => {
      const base = { link: link.id, delivery: name, part, app: link.app, event, at, attempts: 0, dueAt: at };
      return { ...base, ...planned(link, event) };
    });
    for (const row of rows) await supersede(tx, row);
    const open = await tx.count(deliveries, [], { index: 'open' });
    if (open + rows.length > MOST_OPEN) throw platformFailure('GitBusy', `${open} webhooks wait for their turn`);
    for (const row of rows) await tx.put(deliveries, row);
    return rows;
  });
}

/** What waits in the lane and was not begun: the later one stands for it. So one application's pushes cannot take all the room. */
async function supersede(tx: Transaction, { lane, delivery }: WebhookDelivery): Promise<void> {
  if (lane === undefined) return;
  const { items } = await tx.range(deliveries, { index: 'open', prefix: [lane], limit: 100 });
  for (const row of items) if (row.attempts === 0) await tx.put(deliveries, superseded(row, delivery));
}

async function again(tx: Transaction, known: readonly WebhookDelivery[], at: number): Promise<readonly WebhookDelivery[]> {
  const rows = known.map((row) => {
    const reopened = { state: 'open', lane: laneOf(row.app, row.event), attempts: 0, dueAt: at } as const;
    return row.state === 'failed' ? { ...row, ...reopened, at } : row;
  });
  for (const [i, row] of rows.entries()) if (row !== known[i]) await tx.put(deliveries, row);
  return rows.map((row, i) => (row === known[i] ? { ...row, detail: `known already: ${row.detail ?? row.state}` } : row));
}

type Plan = Pick<WebhookDelivery, 'state' | 'detail' | 'lane'>;

function planned(link: RepositoryLink, event: RepositoryEvent): Plan {
  const reason = refusal(link, event);
  return reason === undefined ? { state: 'open', lane: laneOf(link.app, event) } : { state: 'ignored', detail: reason };
}

/** Why nothing comes of an event; undefined: something does. */
export function refusal(link: Pick<RepositoryLink, 'branches' | 'reviews'>, event: RepositoryEvent): string | undefined {
  switch (event.kind) {
    case 'ignored':
      return event.reason;
    case 'push':
      return Object.hasOwn(link.branches, event.branch) ? undefined : `no environment is released from branch ${event.branch}`;
    case 'pull':
      if (!link.reviews) return 'review apps are off for this repository';
      return event.fork ? 'pull requests from forks get no review app: their code would get the configuration' : undefined;
  }
}

/** Works of one lane go one after another, and the last one stands for all that wait. */
function laneOf(app: string, event: RepositoryEvent): string {
  return `${app} ${event.kind} ${event.kind === 'ignored' ? '' : event.branch}`;
}
