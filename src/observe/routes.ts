import { type Key, platformFailure, type Store } from '../kernel/index.ts';
import {
  type ControlRequest,
  type ControlRoute,
  compileLogFilter,
  costOf,
  eventId,
  type LogPage,
  logGroups,
  logStreams,
  placeToken,
  type ReadLog,
  type Rollup,
  readPlace,
  usageRollups,
} from '../model/index.ts';

const MOST_ROWS = 50_000;

/** What observe answers under `/_dalamb/api`. */
export function observeRoutes(store: Store, readLog: ReadLog): readonly ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/logs',
      summary: 'log events of a group, oldest first; group, since, until, filter, after, limit',
      handle: (request) => logs(store, readLog, request),
    },
    {
      method: 'GET',
      path: '/usage',
      summary: 'what functions used and what AWS would ask for it; function, since, until',
      handle: (request) => usage(store, request),
    },
  ];
}

async function logs(store: Store, readLog: ReadLog, { query, place }: ControlRequest): Promise<LogPage> {
  const name = query.get('group') ?? '';
  const group = await store.read.get(logGroups, [place.account, place.region, name]);
  if (!group) throw platformFailure('NoSuchThing', `log group ${name.slice(0, 512)}`);
  const filter = compileLogFilter(query.get('filter') ?? '');
  const after = query.get('after');
  const from = after === null ? undefined : readPlace(after);
  if (after !== null && !from) throw platformFailure('InvalidRequest', 'after is no place in a log');
  const walked = await readLog({
    group: group.id,
    from: number(query, 'since', 0),
    to: number(query, 'until', Number.MAX_SAFE_INTEGER),
    ...(from ? { after: from } : {}),
    backwards: false,
    limit: Math.min(Math.max(number(query, 'limit', 1000), 1), 10_000),
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

async function usage(store: Store, { query, place }: ControlRequest): Promise<object> {
  const name = query.get('function');
  const until = number(query, 'until', Number.MAX_SAFE_INTEGER);
  const since = number(query, 'since', 0);
  const prefix = name === null ? [place.account, place.region] : [place.account, place.region, name];
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

function number(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^\d{1,15}$/.test(text)) throw platformFailure('InvalidRequest', `${name} is not a whole number`);
  return Number(text);
}
