import { allRows, type Clock, fail, type Ids, type Store } from '../kernel/index.ts';
import { type ControlRequest, type ControlRoute, compilePattern, parseArn, type Replay, replays } from '../model/index.ts';

export interface ReplayRoutePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly topics: readonly string[];
  readonly wake: () => void;
}

const FASTEST = 10_000;
/** Of one account. */
const MOST_RUNNING = 20;

/** Control API of replays. */
export function replayRoutes(ports: ReplayRoutePorts): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/events/replays',
      summary: 'delivers events again: topic, since, until, pattern, failuresOnly, subscriber, target, rate, dryRun',
      handle: (request) => create(ports, request),
    },
    {
      method: 'GET',
      path: '/events/replays',
      summary: 'replays, newest first',
      handle: async ({ place }) => ({
        replays: (await ports.store.read.range(replays, { index: 'created', prefix: [place.account], reverse: true, limit: 100 }))
          .items,
      }),
    },
    { method: 'GET', path: '/events/replays/:id', summary: 'one replay', handle: (request) => find(ports, request) },
    {
      method: 'DELETE',
      path: '/events/replays/:id',
      summary: 'cancels a replay; what was delivered already stays so',
      handle: (request) => cancel(ports, request),
    },
  ];
}

async function create(ports: ReplayRoutePorts, { body, place }: ControlRequest): Promise<Replay> {
  const given = readInput(ports, body);
  if (given.target !== undefined && parseArn(given.target)?.account !== place.account)
    throw fail('InvalidRequest', 'target is a function of this account');
  const now = ports.clock.now();
  const { first, next } = await ports.store.read.bounds(given.topic, 0);
  const replay: Replay = {
    id: ports.ids.uuid(),
    ...place,
    ...given,
    state: 'running',
    at: first,
    end: next,
    looked: 0,
    matched: 0,
    delivered: 0,
    created: now,
  };
  await ports.store.transact(async (tx) => {
    const running = await allRows(tx, replays, { index: 'state', prefix: ['running'] });
    if (running.filter(({ account }) => account === place.account).length >= MOST_RUNNING)
      throw fail('InvalidRequest', `at most ${MOST_RUNNING} replays of an account run at a time`, { status: 409 });
    await tx.put(replays, replay);
  });
  ports.wake();
  return replay;
}

type Input = Pick<Replay, 'topic' | 'since' | 'until' | 'pattern' | 'failuresOnly' | 'subscriber' | 'target' | 'rate' | 'dryRun'>;

function readInput({ topics, clock }: ReplayRoutePorts, body: unknown): Input {
  if (typeof body !== 'object' || body === null) throw fail('InvalidRequest', 'the request is a JSON object');
  const given = body as Record<string, unknown>;
  const topic = text(given, 'topic') ?? '';
  if (!topics.includes(topic)) throw fail('InvalidRequest', `topic is one of ${topics.join(', ')}`);
  const pattern = given.pattern === undefined ? undefined : JSON.stringify(given.pattern);
  if (pattern !== undefined) compilePattern(pattern);
  const target = text(given, 'target');
  if (target !== undefined && parseArn(target)?.service !== 'lambda')
    throw fail('InvalidRequest', 'target is the ARN of a function, version or alias');
  const subscriber = text(given, 'subscriber');
  return {
    topic,
    since: whole(given, 'since', 0),
    until: whole(given, 'until', clock.now()),
    rate: Math.min(FASTEST, Math.max(1, whole(given, 'rate', 100))),
    failuresOnly: given.failuresOnly === true,
    dryRun: given.dryRun === true,
    ...(pattern === undefined ? {} : { pattern }),
    ...(subscriber === undefined ? {} : { subscriber }),
    ...(target === undefined ? {} : { target }),
  };
}

function text(given: Record<string, unknown>, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || typeof value === 'string') return value;
  throw fail('InvalidRequest', `${name} is a text`);
}

function whole(given: Record<string, unknown>, name: string, otherwise: number): number {
  const value = given[name] ?? otherwise;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw fail('InvalidRequest', `${name} is a whole number`);
}

async function find({ store }: ReplayRoutePorts, { params, place }: ControlRequest): Promise<Replay> {
  const found = await store.read.get(replays, [place.account, params.id ?? '']);
  if (!found) throw fail('NoSuchThing', `there is no replay ${params.id}`, { status: 404 });
  return found;
}

async function cancel(ports: ReplayRoutePorts, request: ControlRequest): Promise<Replay> {
  await find(ports, request);
  return ports.store.transact(async (tx) => {
    const replay = (await tx.get(replays, [request.place.account, request.params.id ?? '']))!;
    if (replay.state !== 'running') return replay;
    const ended: Replay = { ...replay, state: 'cancelled', ended: ports.clock.now() };
    await tx.put(replays, ended);
    return ended;
  });
}
