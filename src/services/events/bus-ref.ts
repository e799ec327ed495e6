import type { Reader, Transaction } from '../../kernel/index.ts';
import { busArn, type EventBus, eventBuses, type FindResourcePolicy, type Place, parseArn } from '../../model/index.ts';
import { noBus } from './refusals.ts';

export interface BusRef extends Place {
  readonly name: string;
  readonly arn: string;
}

/** The bus that a name or ARN names; none is the default one of the caller's place. */
export function busRef({ account, region }: Place, given: string | undefined): BusRef {
  const parsed = given === undefined ? undefined : parseArn(given);
  if (parsed?.service === 'events' && parsed.resource.startsWith('event-bus/')) {
    const name = parsed.resource.slice('event-bus/'.length);
    return { account: parsed.account, region: parsed.region, name, arn: busArn(parsed.region, parsed.account, name) };
  }
  const name = given ?? 'default';
  return { account, region, name, arn: busArn(region, account, name) };
}

/** The bus; the default one is always there. Undefined: there is none. */
export async function findBus(from: Reader, { arn, account, region, name }: BusRef): Promise<EventBus | undefined> {
  const row = await from.get(eventBuses, [arn]);
  if (row || name !== 'default') return row;
  return { arn, account, region, name, created: 0, modified: 0, revision: 0, archives: 0 };
}

/** A bus of the caller's own place. Throws ResourceNotFoundException. */
export async function ownBus(from: Reader, place: Place, given: string | undefined): Promise<EventBus> {
  const ref = busRef(place, given);
  const own = ref.account === place.account && ref.region === place.region;
  const bus = own ? await findBus(from, ref) : undefined;
  if (!bus) throw noBus(ref.name);
  return bus;
}

/** Writes that rules, targets or archives of a bus have changed, which whoever has them in memory sees. */
export function changed(tx: Transaction, bus: EventBus, change: Partial<EventBus> = {}): Promise<void> {
  return tx.put(eventBuses, { ...bus, ...change, revision: bus.revision + 1 });
}

/** Buses' part of the port FindResourcePolicy. */
export function busPolicy(from: Reader): FindResourcePolicy {
  return async (arn) => (await from.get(eventBuses, [arn]))?.policy;
}
