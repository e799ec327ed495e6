import { type Clock, Rounds, type Service } from '../kernel/index.ts';
import { concurrencyMetrics, type FunctionSpec, type OpenMetrics, type Place, uncounted } from '../model/index.ts';

/** Invocations at a time. */
interface Running {
  now: number;
  most: number;
}

interface OfFunction extends Running {
  readonly place: Place;
  readonly name: string;
  /** Of all functions of its account and region. */
  readonly all: Running;
}

const EVERY_MS = 60_000;

export interface ConcurrencyCounts extends Service {
  /** An invocation begins; call the result when it ends. About 0.1 µs both. */
  begin(spec: FunctionSpec): () => void;
}

/**
 * How many invocations run at a time, of each function and of all in its account and region: the most of each minute is told as
 * ConcurrentExecutions (spec/invoke.md §13).
 */
export function createConcurrencyCounts(clock: Clock, open: OpenMetrics = uncounted): ConcurrencyCounts {
  const count = concurrencyMetrics(open);
  const functions = new Map<string, OfFunction>();
  const places = new Map<string, Running>();
  const tell = () => {
    const told = new Set<Running>();
    for (const [arn, one] of functions) {
      count({ ...one.place, name: one.name }, 'ConcurrentExecutions', one.most);
      if (!told.has(one.all)) count(one.place, 'ConcurrentExecutions', one.all.most);
      told.add(one.all);
      if (one.now === 0) functions.delete(arn);
      one.most = one.now;
    }
    for (const all of places.values()) all.most = all.now;
  };
  const rounds = new Rounds({
    clock,
    everyMs: EVERY_MS,
    round: async () => tell(),
    failed: () => {}, // counting cannot fail
  });
  return {
    begin(spec) {
      const one = functions.get(spec.arn) ?? begun(functions, places, spec);
      const { all } = one;
      one.now += 1;
      if (one.now > one.most) one.most = one.now;
      all.now += 1;
      if (all.now > all.most) all.most = all.now;
      return () => {
        one.now -= 1;
        all.now -= 1;
      };
    },
    start: () => rounds.start(),
    async stop() {
      await rounds.stop();
      tell();
    },
  };
}

function begun(functions: Map<string, OfFunction>, places: Map<string, Running>, spec: FunctionSpec): OfFunction {
  const { account, region, name, arn } = spec;
  const key = `${account}/${region}`;
  const all = places.get(key) ?? { now: 0, most: 0 };
  places.set(key, all);
  const one = { place: { account, region }, name, all, now: 0, most: 0 };
  functions.set(arn, one);
  return one;
}
