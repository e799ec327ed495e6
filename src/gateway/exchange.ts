import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { SandboxCaller } from '../model/index.ts';
import type { WireRequest } from '../wire/index.ts';
import { bodyOf } from './body.ts';
import type { HostKind } from './hosts.ts';
import type { Visitor } from './visitors.ts';

/** One request and its answer, on their way through the steps. It is the WireRequest that wire gets. */
export interface Exchange extends WireRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  /** Epoch ms of arrival. */
  readonly now: number;
  /** url up to `?`. */
  readonly path: string;
  readonly host: HostKind;
  readonly visitor: Visitor;
  readonly sourceIp: string;
  /** Origin as the client reached us, e.g. `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** Set when it came from inside a sandbox. */
  readonly sandbox?: SandboxCaller;
  /** Aborts when the client has gone before it was answered. */
  readonly signal: AbortSignal;
}

export interface Arrival {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly expectsContinue: boolean;
  readonly sandbox?: SandboxCaller;
}

export interface ArrivalFacts {
  readonly requestId: string;
  readonly now: number;
  readonly host: HostKind;
  readonly visitor: Visitor;
}

export function exchangeOf(arrival: Arrival, facts: ArrivalFacts): Exchange {
  const { req, res } = arrival;
  const url = req.url as string;
  const query = url.indexOf('?');
  let body: Readable | undefined;
  let signal: AbortSignal | undefined;
  return {
    req,
    res,
    requestId: facts.requestId,
    now: facts.now,
    method: req.method as string,
    url,
    path: query < 0 ? url : url.slice(0, query),
    headers: req.headers as Record<string, string | undefined>,
    get body() {
      body ??= bodyOf(req, res, arrival.expectsContinue);
      return body;
    },
    host: facts.host,
    visitor: facts.visitor,
    sourceIp: sourceIpOf(req),
    endpoint: `http://${req.headers.host ?? 'localhost'}`,
    sandbox: arrival.sandbox,
    get signal() {
      signal ??= goneSignal(res);
      return signal;
    },
  };
}

function sourceIpOf(req: IncomingMessage): string {
  const address = req.socket.remoteAddress ?? '127.0.0.1';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
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
