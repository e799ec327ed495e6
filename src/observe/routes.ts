import { z } from 'zod';
import { type Key, platformFailure, type Store } from '../kernel/index.ts';
import {
  type ControlRoute,
  compileLogFilter,
  controlRoute,
  costOf,
  epochMs,
  eventId,
  type LogPage,
  logGroups,
  logPage,
  logQuery,
  logStreams,
  placeToken,
  type ReadLog,
  type Rollup,
  type RoutedRequest,
  readPlace,
  usageRollups,
} from '../model/index.ts';

const MOST_ROWS = 50_000;

/** What observe answers under `/_dalamb/api`. */
export function observeRoutes(store: Store, readLog: ReadLog): readonly ControlRoute[] {
  return [
    controlRoute({
      method: 'GET',
      path: '/logs',
      summary: 'log events of a group, oldest first; group, since, until, filter, after, limit',
      query: logQuery,
      answer: logPage,
      handle: (request) => logs(store, readLog, request),
    }),
    controlRoute({
      method: 'GET',
      path: '/usage',
      summary: 'what functions used and what AWS would ask for it; function, since, until',
      query: usageQuery,
      answer: usageShown,
      handle: (request) => usage(store, request),
    }),
  ];
}

const usageQuery = z.strictObject({
  function: z.string().optional(),
  since: epochMs.default(0).describe('epoch ms'),
  until: epochMs.describe('epoch ms').optional(),
});

const usageShown = z.strictObject({
  functions: z.array(
    z.strictObject({
      account: z.string(),
      region: z.string(),
      function: z.string(),
      invocations: z.int(),
      errors: z.int(),
      timeouts: z.int(),
      coldStarts: z.int(),
      durationMs: z.number(),
      billedMs: z.number(),
      billedMiBMs: z.number().describe('billed ms × memory in MiB'),
      initMs: z.number(),
      maxMemoryMiB: z.number(),
      egressBytes: z.number(),
      costUsd: z
        .strictObject({ requests: z.number(), duration: z.number(), total: z.number() })
        .describe('what AWS would ask for it'),
    }),
  ),
  complete: z.boolean().describe('false: there was more than one call looks at'),
});

type Asked<Query extends z.ZodType> = RoutedRequest<unknown, z.output<Query>>;

async function logs(store: Store, readLog: ReadLog, { query, place }: Asked<typeof logQuery>): Promise<LogPage> {
  const { group: name, since = 0, until = Number.MAX_SAFE_INTEGER, after } = query;
  const group = await store.read.get(logGroups, [place.account, place.region, name]);
  if (!group) throw platformFailure('NoSuchThing', `log group ${name.slice(0, 512)}`);
  const filter = compileLogFilter(query.filter ?? '');
  const from = after === undefined ? undefined : readPlace(after);
  if (after !== undefined && !from) throw platformFailure('InvalidRequest', 'after is no place in a log');
  const walked = await readLog({
    group: group.id,
    from: since,
    to: until,
    ...(from ? { after: from } : {}),
    backwards: false,
    limit: query.limit,
    maxBytes: 1024 * 1024,
    matches: (event) => filter(event.text.trimEnd()),
  });
  const names = await streamNames(store, group.id);
  const lines = walked.events.flatMap((event) => {
    const stream = names.get(event.stream);
    return stream === undefined ? [] : [{ id: eventId(event), time: event.time, stream, text: event.text.replace(/\n$/, '') }];
  });
  return { lines, ...(walked.next ? { next: placeToken(walked.next) } : {}) };
}

async function streamNames(store: Store, group: string): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  let after: Key | undefined;
  do {
    const page = await store.read.range(logStreams, { prefix: [group], ...(after ? { after } : {}), limit: 1000 });
    for (const stream of page.items) names.set(stream.id, stream.name);
    after = page.next;
  } while (after && names.size < 100_000);
  return names;
}

async function usage(store: Store, { query, place }: Asked<typeof usageQuery>): Promise<z.input<typeof usageShown>> {
  const { function: name, since, until = Number.MAX_SAFE_INTEGER } = query;
  const prefix = name === undefined ? [place.account, place.region] : [place.account, place.region, name];
  const totals = new Map<string, Rollup>();
  let rows = 0;
  let after: Key | undefined;
  do {
    const page = await store.read.range(usageRollups, { prefix, ...(after ? { after } : {}), limit: 1000 });
    rows += page.items.length;
    for (const row of page.items) {
      if (row.minute < since || row.minute >= until) continue;
      const known = totals.get(row.function);
      totals.set(row.function, known ? sum(known, row) : row);
    }
    after = page.next;
  } while (after && rows < MOST_ROWS);
  const functions = [...totals.values()].map(({ minute, minDurationMs, maxDurationMs, durationBins, ...total }) => ({
    ...total,
    costUsd: costOf(total),
  }));
  return { functions, complete: after === undefined };
}

function sum(a: Rollup, b: Rollup): Rollup {
  return {
    ...a,
    invocations: a.invocations + b.invocations,
    errors: a.errors + b.errors,
    timeouts: a.timeouts + b.timeouts,
    coldStarts: a.coldStarts + b.coldStarts,
    durationMs: a.durationMs + b.durationMs,
    billedMs: a.billedMs + b.billedMs,
    billedMiBMs: a.billedMiBMs + b.billedMiBMs,
    initMs: a.initMs + b.initMs,
    maxMemoryMiB: Math.max(a.maxMemoryMiB, b.maxMemoryMiB),
    egressBytes: a.egressBytes + b.egressBytes,
  };
}
