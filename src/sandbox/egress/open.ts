import type { Clock } from '../../kernel/index.ts';
import type { Egress } from '../contract.ts';
import type { OwnAddresses } from './addresses.ts';
import { forwardConnections } from './forward.ts';
import { mayConnect } from './policy.ts';
import { Bindings, serveNames } from './resolver.ts';
import type { Upstream } from './upstream.ts';

export interface EgressOptions {
  readonly clock: Clock;
  readonly own: OwnAddresses;
  readonly upstream: Upstream;
  readonly metered: (bytes: number) => void;
}

export interface EgressService {
  /** From now on; open connections go on. */
  allow(policy: Egress): void;
  close(): Promise<void>;
}

/** What one sandbox may reach outside: nothing, until it is allowed. */
export function openEgress(
  fds: { readonly egress: number; readonly dnsUdp: number; readonly dnsTcp: number },
  { clock, own, upstream, metered }: EgressOptions,
): EgressService {
  let policy: Egress = { enabled: false, allow: [], deny: [] };
  const bindings = new Bindings(clock);
  const closers = [
    serveNames(fds, { clock, own, upstream, bindings, metered, policy: () => policy }),
    forwardConnections(fds.egress, {
      clock,
      metered,
      mayConnect: (address, port) => mayConnect(policy, { address, port, names: bindings.names(address) }, own()),
    }),
  ];
  return {
    allow(next) {
      policy = next;
    },
    async close() {
      await Promise.all(closers.map((close) => close()));
    },
  };
}
