import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { allRows, type Clock, collection, fail, type Ids, type SecretBox, type Store, utf8 } from '../kernel/index.ts';
import {
  type ControlRoute,
  controlRoute,
  isWebhookSecret,
  type OutsideEvent,
  type RawRequest,
  type RawResponse,
  type RawRoute,
  type RoutedRequest,
  readSignature,
  type WebhookScheme,
  webhookEvent,
  webhookSchemes,
} from '../model/index.ts';
import { type Accept, busName } from './intake.ts';

export interface WebhookPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly box: Pick<SecretBox, 'seal' | 'open'>;
  readonly accept: Accept;
}

interface Webhook {
  /** Part of the URL. */
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly bus: string;
  readonly scheme: WebhookScheme;
  readonly sealed: string;
  /** Epoch ms. */
  readonly created: number;
}

export const webhooks = collection<Webhook>({
  name: 'dispatch.webhooks',
  key: ['id'],
  indexes: [{ name: 'name', fields: ['account', 'region', 'name'] }],
});

const PREFIX = '/_dalamb/hooks/';
const LARGEST_BODY = 1_000_000;
const MOST_HOOKS = 1000;

/** Webhooks: an address for services that push events and sign them with a shared secret (HMAC). */
export function webhookRoutes(ports: WebhookPorts): ControlRoute[] {
  return [
    controlRoute({
      method: 'POST',
      path: '/hooks',
      summary:
        'makes a webhook: name, scheme (github, stripe, standard, plain), secret, bus; answers its path and, if it made one, the secret',
      body: newHook,
      answer: hookShown.extend({ secret: z.string().describe('shown this once').optional() }),
      handle: (request) => create(ports, request),
    }),
    controlRoute({
      ...{ method: 'GET', path: '/hooks', summary: 'webhooks', answer: z.strictObject({ hooks: z.array(hookShown) }) },
      handle: ({ place }) => list(ports, place.account, place.region),
    }),
    controlRoute({
      ...{ method: 'DELETE', path: '/hooks/:name', summary: 'removes a webhook', answer: z.strictObject({}) },
      handle: (request) => remove(ports, request),
    }),
  ];
}

const NAME = 'has 1 to 64 letters, digits, _ . -';

const newHook = z.strictObject({
  name: z.string({ error: NAME }).regex(/^[\w.-]{1,64}$/, NAME),
  scheme: z.enum(webhookSchemes).default('plain'),
  secret: z
    .string()
    .describe('8 to 512 characters; with the scheme standard base64 of at least 16 bytes; default a new one')
    .optional(),
  bus: busName,
});

const hookShown = z.strictObject({
  name: z.string(),
  path: z.string().describe('below this server'),
  scheme: z.enum(webhookSchemes),
  bus: z.string(),
  created: z.number().describe('epoch ms'),
});

/** The address itself: no token, but every request must be signed. */
export function webhookDoor(ports: WebhookPorts): RawRoute {
  return { prefix: PREFIX, methods: ['POST'], handle: (request) => receive(ports, request) };
}

async function receive(ports: WebhookPorts, request: RawRequest): Promise<RawResponse> {
  const hook = await ports.store.read.get(webhooks, [request.path.slice(PREFIX.length)]);
  const body = await request.body(LARGEST_BODY);
  if (!hook) throw fail('NoSuchThing', 'there is no such webhook', { status: 404 });
  check(ports, hook, request, body);
  const event: OutsideEvent = webhookEvent(hook, request.headers, utf8(body));
  const [accepted] = await ports.accept(hook, hook.bus, [event]);
  return { status: 202, headers: { 'content-type': 'application/json' }, body: JSON.stringify(accepted) };
}

/** Throws SignatureInvalid unless the body was signed with the hook's secret, and lately where the scheme says when. */
function check({ box, clock }: WebhookPorts, hook: Webhook, { headers }: RawRequest, body: Uint8Array): void {
  const secret = box.open(hook.sealed, hook.id);
  const given = readSignature(hook.scheme, headers, clock.now());
  if (secret === undefined || !given) throw refused();
  const key = given.key(secret);
  const expected = createHmac('sha256', key).update(given.before).update(body).digest();
  const fits = given.signatures.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  if (!fits) throw refused();
}

const refused = () =>
  fail('InvalidRequest', 'the signature is missing, old, or not made with the secret of this webhook', { status: 401 });

type NewHook = RoutedRequest<unknown, unknown, z.output<typeof newHook>>;

async function create({ store, clock, ids, box }: WebhookPorts, { body, place }: NewHook) {
  const { name, scheme, secret, bus } = body;
  if (secret !== undefined && !isWebhookSecret(scheme, secret))
    throw fail('InvalidRequest', 'secret has 8 to 512 characters; with the scheme standard it is base64 of at least 16 bytes');
  const [id, made] = [ids.hex(16), `whsec_${Buffer.from(ids.hex(24), 'hex').toString('base64')}`];
  const { account, region } = place;
  const hook: Webhook = {
    id,
    account,
    region,
    name,
    bus,
    scheme,
    sealed: box.seal(secret ?? made, id),
    created: clock.now(),
  };
  await store.transact(async (tx) => {
    const items = await allRows(tx, webhooks, { index: 'name', prefix: [account, region] });
    if (items.length >= MOST_HOOKS) throw fail('InvalidRequest', `there are at most ${MOST_HOOKS} webhooks`);
    if (items.some((one) => one.name === name))
      throw fail('InvalidRequest', `there is a webhook ${name} already`, { status: 409 });
    await tx.put(webhooks, hook);
  });
  return { ...shown(hook), ...(secret === undefined ? { secret: made } : {}) };
}

async function list({ store }: WebhookPorts, account: string, region: string) {
  return { hooks: (await allRows(store.read, webhooks, { index: 'name', prefix: [account, region] })).map(shown) };
}

async function remove(
  { store }: WebhookPorts,
  { params, place: { account, region } }: Pick<RoutedRequest<{ readonly name: string }>, 'params' | 'place'>,
) {
  await store.transact(async (tx) => {
    const { items } = await tx.range(webhooks, { index: 'name', prefix: [account, region, params.name], limit: 1 });
    if (!items[0]) throw fail('NoSuchThing', `there is no webhook ${params.name}`, { status: 404 });
    await tx.delete(webhooks, [items[0].id]);
  });
  return {};
}

function shown({ id, name, bus, scheme, created }: Webhook) {
  return { name, path: `${PREFIX}${id}`, scheme, bus, created };
}
