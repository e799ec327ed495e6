import type { Collection, Key, Reader } from '../kernel/index.ts';
import {
  type BusEvent,
  type BusRules,
  type DueSchedule,
  eventBuses,
  eventRules,
  eventTargets,
  readyRules,
  rulesFor,
  scheduleTarget,
  seeBusEvent,
  shapeFor,
} from '../model/index.ts';
import { type CarryPorts, carried } from './match-carried.ts';
import type { Match } from './subscription.ts';

const MOST_BUSES = 1000;

/** Events on buses: every target of every rule that matches. Rules are compiled once for each revision of their bus. */
export function matchBus(read: Reader, ports: CarryPorts): Match {
  const kept = new Map<string, { readonly revision: number; readonly rules: BusRules }>();
  const rulesOf = async (bus: string): Promise<BusRules | undefined> => {
    const row = await read.get(eventBuses, [bus]);
    if (!row) return undefined;
    const known = kept.get(bus);
    if (known?.revision === row.revision) return known.rules;
    const rules = readyRules(await all(read, eventRules, [bus]), await all(read, eventTargets, [bus]));
    if (kept.size >= MOST_BUSES) kept.clear();
    kept.set(bus, { revision: row.revision, rules });
    return rules;
  };
  return async ({ body }) => {
    const event = body as BusEvent;
    const rules = await rulesOf(event.bus);
    if (!rules) return [];
    const seen = seeBusEvent(event);
    return rulesFor(rules, seen).flatMap((rule) => rule.targets.map((target) => carried(ports, shapeFor(rule, target, seen))));
  };
}

/** Schedules that were due: each carries its target. */
export function matchSchedules(ports: CarryPorts): Match {
  return async ({ body }) => [carried(ports, scheduleTarget(body as DueSchedule))];
}

async function all<D>(read: Reader, from: Collection<D>, prefix: Key): Promise<D[]> {
  const found: D[] = [];
  for (let after: Key | undefined; ; ) {
    const page = await read.range(from, { prefix, limit: 1000, ...(after ? { after } : {}) });
    found.push(...page.items);
    if (!page.next) return found;
    after = page.next;
  }
}
