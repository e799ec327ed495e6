import type { Ids } from '../kernel/index.ts';
import type { Exchange } from './exchange.ts';

const TRACE = /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;[A-Za-z]+=[\w-]{1,64}){0,4}$/;

/** The X-Amzn-Trace-Id of a request: as sent when it is one, else a new one. */
export function traceOf(exchange: Exchange, ids: Ids): string {
  const sent = exchange.headers['x-amzn-trace-id'];
  if (sent !== undefined && TRACE.test(sent)) return sent;
  const seconds = Math.floor(exchange.now / 1000)
    .toString(16)
    .padStart(8, '0');
  return `Root=1-${seconds}-${ids.hex(12)}`;
}
