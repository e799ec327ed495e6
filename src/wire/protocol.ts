import type { Failure } from '../kernel/index.ts';
import type { Decoded, Match, WireRequest, WireResponse } from './contract.ts';
import type { Operation } from './operation.ts';

/** Where an answer belongs: the operation that was asked for, if it is known, and the id that the client is told. */
export interface Answering {
  readonly match: Match;
  readonly operation: Operation | undefined;
  readonly requestId: string;
}

/** One protocol: bytes of a request to the members of an input, and back. Types and constraints are checked by the caller. */
export interface Protocol {
  decode(request: WireRequest, match: Match, operation: Operation): Decoded | Promise<Decoded>;
  encode(output: Record<string, unknown>, answering: Answering & { readonly operation: Operation }): WireResponse;
  encodeError(failure: Failure, answering: Answering, request: WireRequest): WireResponse;
}

const NO_TRAILERS: Readonly<Record<string, string>> = Object.freeze({});
export const noTrailers = (): Readonly<Record<string, string>> => NO_TRAILERS;

export function escapeXml(text: unknown): string {
  return String(text)
    .replace(/[<>&"\r]/g, (character) => ESCAPES[character]!)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}

const ESCAPES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', '\r': '&#13;' };
