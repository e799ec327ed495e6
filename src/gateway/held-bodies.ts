import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Failure, fail, MIB } from '../kernel/index.ts';
import type { SandboxCaller } from '../model/index.ts';

/** Bytes of bodies of one execution environment that are kept whole at a time; one request of any legal size always is. */
export const MOST_HELD = 128 * MIB;
/** Shorter bodies are not counted: the number of connections bounds them, of which HTTP/2 carries many requests each. */
const SMALL = 64 * 1024;
const SMALL_HTTP2 = 2 * 1024;

const held = new WeakMap<SandboxCaller, number>();

/**
 * Counts a body that is about to be read whole for a call from inside a sandbox, until the call is answered: a function can begin hundreds
 * of requests of 70 MB without having them. Returns the refusal when its environment holds too much already; SDKs try again on it.
 */
export function holdBody(caller: SandboxCaller, req: IncomingMessage, res: ServerResponse, limit: number): Failure | undefined {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  if (length === undefined && encoding === undefined) return undefined;
  const wanted = Math.min(length === undefined ? limit : Number(length), limit);
  if (wanted <= (req.httpVersionMajor === 2 ? SMALL_HTTP2 : SMALL)) return undefined;
  const before = held.get(caller) ?? 0;
  if (before > 0 && before + wanted > MOST_HELD) return fail('ThrottlingException', 'Rate exceeded', { status: 429 });
  held.set(caller, before + wanted);
  res.once('close', () => held.set(caller, held.get(caller)! - wanted));
  return undefined;
}
