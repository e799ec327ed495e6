import type { Egress } from '../contract.ts';
import { hostAddresses } from './addresses.ts';
import { mayConnect } from './policy.ts';

/** Judges connections that the platform itself makes on somebody's behalf, by the rules that hold for functions without a policy of their own. */
export function createMayConnect(
  policy: Egress,
  clock: { monotonic(): number },
): (address: string, port: number, name: string) => boolean {
  const own = hostAddresses(() => clock.monotonic());
  return (address, port, name) => mayConnect(policy, { address, port, names: [name.toLowerCase().replace(/\.$/, '')] }, own());
}
