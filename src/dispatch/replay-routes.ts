import { z } from 'zod';
import { allRows, type Clock, fail, type Ids, type Store } from '../kernel/index.ts';
import {
  boundedRecord,
  type ControlRoute,
  compilePattern,
  controlRoute,
  epochMs,
  parseArn,
  type Replay,
  type RoutedRequest,
  replays,
} from '../model/index.ts';
import { replayShown } from './control-answers.ts';

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
    controlRoute({
      method: 'POST',
      path: '/events/replays',
      summary: 'delivers events again: topic, since, until, pattern, failuresOnly, subscriber, target, rate, dryRun',
      body: newReplay(ports),
      answer: replayShown,
      handle: (request) => create(ports, request),
    }),
    controlRoute({
      method: 'GET',
      path: '/events/replays',
      summary: 'replays, newest first',
      answer: z.strictObject({ replays: z.array(replayShown) }),
      handle: async ({ place }) => ({
        replays: (await ports.store.read.range(replays, { index: 'created', prefix: [place.account], reverse: true, limit: 100 }))
          .items,
      }),
    }),
    controlRoute({
      ...{ method: 'GET', path: '/events/replays/:id', summary: 'one replay', answer: replayShown },
      handle: (request) => find(ports, request),
    }),
    controlRoute({
      method: 'DELETE',
      path: '/events/replays/:id',
      summary: 'cancels a replay; what was delivered already stays so',
      answer: replayShown,
      handle: (request) => cancel(ports, request),
    }),
  ];
}

const newReplay = ({ topics }: ReplayRoutePorts) =>
  z.strictObject({
    topic: z.enum(topics),
    since: epochMs.default(0).describe('epoch ms, inclusive'),
    until: epochMs.describe('epoch ms, exclusive; default now').optional(),
    pattern: boundedRecord(z.unknown()).describe('event pattern, as rules have it').optional(),
    failuresOnly: z.boolean().default(false),
    subscriber: z.string().describe('only to this one').optional(),
    target: z
      .string()
      .refine((text) => parseArn(text)?.service === 'lambda', 'is the ARN of a function, version or alias')
      .describe('function that gets the events instead')
      .optional(),
    rate: z.int().min(1).max(FASTEST).default(100).describe('deliveries a second'),
    dryRun: z.boolean().default(false).describe('count only'),
  });

type NewReplay = RoutedRequest<unknown, unknown, z.output<ReturnType<typeof newReplay>>>;

async function create(ports: ReplayRoutePorts, { body, place }: NewReplay): Promise<Replay> {
  const { pattern, ...wanted } = body;
  const now = ports.clock.now();
  const given = { ...wanted, until: body.until ?? now, ...(pattern && { pattern: patternText(pattern) }) };
  if (given.target !== undefined && parseArn(given.target)?.account !== place.account)
    throw fail('InvalidRequest', 'target is a function of this account');
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

/** Throws InvalidEventPatternException. */
function patternText(pattern: object): string {
  const text = JSON.stringify(pattern);
  compilePattern(text);
  return text;
}

type One = Pick<RoutedRequest<{ readonly id: string }>, 'params' | 'place'>;

async function find({ store }: ReplayRoutePorts, { params, place }: One): Promise<Replay> {
  const found = await store.read.get(replays, [place.account, params.id]);
  if (!found) throw fail('NoSuchThing', `there is no replay ${params.id}`, { status: 404 });
  return found;
}

async function cancel(ports: ReplayRoutePorts, request: One): Promise<Replay> {
  await find(ports, request);
  return ports.store.transact(async (tx) => {
    const replay = (await tx.get(replays, [request.place.account, request.params.id]))!;
    if (replay.state !== 'running') return replay;
    const ended: Replay = { ...replay, state: 'cancelled', ended: ports.clock.now() };
    await tx.put(replays, ended);
    return ended;
  });
}
