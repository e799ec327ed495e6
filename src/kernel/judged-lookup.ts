import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

/** As dns.lookup with all addresses. */
export type Resolve = (
  name: string,
  options: dns.LookupOptions,
  done: (error: NodeJS.ErrnoException | null, found: dns.LookupAddress[]) => void,
) => void;

export interface Judging {
  readonly mayConnect: (address: string, port: number, name: string) => boolean;
  readonly port: number;
  /** What a connection fails with whose name has no address that is open. */
  readonly closed: (name: string) => Error;
  /** Default: the machine's resolver. */
  readonly resolve?: Resolve;
}

/**
 * The `lookup` of a socket: only addresses that may be connected to are told to it, so that what is dialled is what was judged, whatever the name
 * says a moment later.
 */
export function judgedLookup({ mayConnect, port, closed, resolve = resolveAll }: Judging): LookupFunction {
  return (name, options, done) => {
    resolve(name, options, (error, found) => {
      if (error) return done(error, '', 0);
      const open = found.filter(({ address }) => mayConnect(address, port, name));
      const [first] = open;
      if (!first) return done(closed(name), '', 0);
      if (options.all) return done(null, open);
      done(null, first.address, first.family);
    });
  };
}

const resolveAll: Resolve = (name, options, done) => dns.lookup(name, { ...options, all: true }, done);
