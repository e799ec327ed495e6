import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { collect } from '../kernel/index.ts';
import type { SandboxCaller } from '../model/index.ts';
import type { WireRequest } from '../wire/index.ts';
import { bodyOf, wholeBodyOf } from './body.ts';
import { holdBody } from './held-bodies.ts';
import type { HostKind } from './hosts.ts';
import { thisTurn } from './together.ts';
import type { Visitor } from './visitors.ts';

/** One request and its answer, on their way through the steps. It is the WireRequest that wire gets. */
export interface Exchange extends WireRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  /** Epoch ms of arrival. */
  readonly now: number;
  /** The turn of the event loop in which it arrived (together.ts). */
  readonly turn: number;
  /** url up to `?`. */
  readonly path: string;
  readonly host: HostKind;
  readonly visitor: Visitor;
  readonly sourceIp: string;
  /** Origin as the client reached us, e.g. `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** Set when it came from inside a sandbox. */
  readonly sandbox?: SandboxCaller;
  /** Of requests that ask for another protocol: answers 101, and joins the client to a connection from then on. */
  readonly join?: (connection: Duplex) => void;
  /** Aborts when the client has gone before it was answered. */
  readonly signal: AbortSignal;
  whole(limit: number, tooLarge: () => unknown): Promise<Buffer>;
}

export interface Arrival {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly expectsContinue: boolean;
  readonly join?: ((connection: Duplex) => void) | undefined;
  readonly sandbox?: SandboxCaller;
}

export interface ArrivalFacts {
  readonly requestId: string;
  readonly now: number;
  readonly host: HostKind;
  readonly visitor: Visitor;
}

export function exchangeOf(arrival: Arrival, facts: ArrivalFacts): Exchange {
  return new Arrived(arrival, facts);
}

/** A class, for its getters: on an object of its own each would cost a closure a request. What few ask for is worked out when asked. */
class Arrived implements Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  readonly now: number;
  readonly turn: number;
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly host: HostKind;
  readonly visitor: Visitor;
  readonly sandbox: SandboxCaller | undefined;
  readonly join: ((connection: Duplex) => void) | undefined;
  readonly #expectsContinue: boolean;
  #body: Readable | undefined;
  #signal: AbortSignal | undefined;

  constructor({ req, res, expectsContinue, sandbox, join }: Arrival, facts: ArrivalFacts) {
    const url = req.url as string;
    const query = url.indexOf('?');
    this.req = req;
    this.res = res;
    this.requestId = facts.requestId;
    this.now = facts.now;
    this.turn = thisTurn();
    this.method = req.method as string;
    this.url = url;
    this.path = query < 0 ? url : url.slice(0, query);
    this.headers = req.headers as Record<string, string | undefined>;
    this.host = facts.host;
    this.visitor = facts.visitor;
    this.sandbox = sandbox;
    this.join = join;
    this.#expectsContinue = expectsContinue;
    this.#body = undefined;
    this.#signal = undefined;
  }

  get body(): Readable {
    this.#body ??= bodyOf(this.req, this.res, this.#expectsContinue);
    return this.#body;
  }

  whole(limit: number, tooLarge: () => unknown): Promise<Buffer> {
    const refusal = this.sandbox && holdBody(this.sandbox, this.req, this.res, limit);
    if (refusal) return Promise.reject(refusal);
    if (this.#body) return collect(this.#body, limit, tooLarge);
    if (this.#expectsContinue && !this.res.headersSent) this.res.writeContinue();
    return wholeBodyOf(this.req, limit, tooLarge);
  }

  get sourceIp(): string {
    const address = this.req.socket.remoteAddress ?? '127.0.0.1';
    return address.startsWith('::ffff:') ? address.slice(7) : address;
  }

  get endpoint(): string {
    return `http://${this.headers.host ?? 'localhost'}`;
  }

  get signal(): AbortSignal {
    this.#signal ??= goneSignal(this.res);
    return this.#signal;
  }
}

/** Made only when asked for: most operations do not wait for anything. */
function goneSignal(res: ServerResponse): AbortSignal {
  if (res.destroyed && !res.writableFinished) return AbortSignal.abort();
  const controller = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}
