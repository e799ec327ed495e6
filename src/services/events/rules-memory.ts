import type { Store } from '../../kernel/index.ts';
import {
  type BusEvent,
  type BusRules,
  type CarriedDelivery,
  eventBuses,
  eventRules,
  eventTargets,
  type RouteBusEvent,
  readyRules,
  rulesFor,
  seeBusEvent,
  shapeFor,
} from '../../model/index.ts';
import { readAll } from './read-all.ts';

const MOST_BUSES = 1000;

interface Known {
  readonly revision: number;
  readonly rules: BusRules;
}

/**
 * What becomes of an event on a bus: a delivery for each target of each rule that is enabled and matches. The rules of a bus stay compiled
 * in memory while its revision stays, so an event costs one read of a row and the matching (bench/patterns.ts).
 */
export function createRouteBusEvent({ store }: { readonly store: Store }): RouteBusEvent {
  const known = new Map<string, Known>();
  return async (event: BusEvent): Promise<readonly CarriedDelivery[]> => {
    const rules = await currentRules(store, known, event.bus);
    if (!rules) return [];
    const seen = seeBusEvent(event);
    return rulesFor(rules, seen).flatMap((rule) => rule.targets.map((target) => shapeFor(rule, target, seen)));
  };
}

async function currentRules(store: Store, known: Map<string, Known>, bus: string): Promise<BusRules | undefined> {
  for (;;) {
    const revision = (await store.read.get(eventBuses, [bus]))?.revision;
    if (revision === undefined) return undefined;
    const before = known.get(bus);
    if (before?.revision === revision) return before.rules;
    const rules = await readAll(store.read, eventRules, { prefix: [bus] });
    const targets = await readAll(store.read, eventTargets, { prefix: [bus] });
    if ((await store.read.get(eventBuses, [bus]))?.revision !== revision) continue;
    if (known.size >= MOST_BUSES) known.clear();
    known.set(bus, { revision, rules: readyRules(rules, targets) });
  }
}
