import { fail } from '../kernel/index.ts';
import type { ChunkSeal } from './chunked.ts';
import type { Claim } from './claim.ts';
import type { Match, WireRequest } from './contract.ts';

/** What wire has learned about one request; kept beside it, so that no step parses twice. */
export interface RequestState {
  readonly path: string;
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  /** Who claims to have signed; null for nobody. */
  claim?: Claim | null;
  /** The body, once it was read whole. */
  bytes?: Buffer;
  /** The parameters of a query-protocol request. */
  form?: URLSearchParams;
  labels?: Readonly<Record<string, string>>;
  /** Hex SHA-256 that the body must have: checked while it streams, or at once when it is read whole. */
  payloadHash?: string;
  /** Keys to a signed aws-chunked body, once the request's own signature was found right. */
  seal?: ChunkSeal;
  /** What a request that fits no operation was taken for, so that its refusal has the client's form. */
  unmatched?: Match;
}

/** Kept on the request itself: a WeakMap's entries outlive every scavenge and cost more than all of the parsing. */
const kept = Symbol('what wire knows of a request');
type Known = WireRequest & { [kept]?: RequestState };

const NO_QUERY = Object.freeze(new URLSearchParams());
const LONGEST_URL = 64 * 1024;

export function stateOf(request: WireRequest): RequestState {
  let state = (request as Known)[kept];
  if (!state) {
    const { url } = request;
    if (url.length > LONGEST_URL) throw fail('InvalidURI', "Couldn't parse the specified URI.", { status: 414 });
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
    state = {
      path: path || '/',
      rawQuery,
      query: rawQuery === '' ? NO_QUERY : new URLSearchParams(rawQuery),
      claim: undefined,
      bytes: undefined,
      form: undefined,
      labels: undefined,
      payloadHash: undefined,
      seal: undefined,
      unmatched: undefined,
    };
    (request as Known)[kept] = state;
  }
  return state;
}

/** The same, if anybody has asked before. */
export function knownState(request: WireRequest): RequestState | undefined {
  return (request as Known)[kept];
}
