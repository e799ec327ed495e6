import { Readable } from 'node:stream';
import type { Principal } from '../model/index.ts';
import type { Match, Wire } from '../wire/index.ts';
import { type Authentication, authenticate } from './authenticate.ts';
import type { Exchange } from './exchange.ts';

/** Who signed a request whose body was read already; undefined: nobody did. Rejects like authenticate. */
export async function signedCaller(
  door: { readonly wire: Wire; readonly auth: Authentication },
  request: { readonly exchange: Exchange; readonly body: Buffer },
  match: Match,
): Promise<Principal | undefined> {
  const { exchange, body } = request;
  // The signature covers the body.
  const again: Exchange = Object.create(exchange, {
    body: { value: Readable.from(body.length > 0 ? [body] : []) },
    whole: { value: async () => body },
  });
  const signature = door.wire.signature(again);
  if (signature.kind === 'anonymous') return undefined;
  return authenticate(door.auth, again, signature, match);
}
