import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { type Clock, judgedLookup } from '../../../kernel/index.ts';
import type { MayConnect } from '../../../model/index.ts';
import { unavailable } from './failures.ts';

/** Ms for the head of an answer; between two pieces of its body. */
const HEAD_MS = 20_000;
const STALL_MS = 30_000;

export interface OutgoingDeps {
  readonly clock: Clock;
  readonly mayConnect: MayConnect;
  /** Whether `HOST[:PORT]` is spoken to without TLS, wherever it is: somebody named it in the configuration. */
  readonly isInsecure: (host: string) => boolean;
}

export interface Ask {
  readonly headers: Readonly<Record<string, string>>;
  /** For the whole answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Breaks with ImageUnavailable when it stalls or takes too long. To be read or destroyed. */
  readonly body: AsyncIterable<Buffer>;
  readonly discard: () => void;
}

/** GETs a URL. The address is judged after its name was looked up, and dialled as judged. Rejects with ImageUnavailable. */
export function ask(deps: OutgoingDeps, url: URL, { headers, timeoutMs, signal }: Ask): Promise<Answered> {
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const open = deps.isInsecure(url.host);
  const closed = () => unavailable(`${url.host} is closed by the egress settings`);
  if (!open && isIP(hostname) !== 0 && !deps.mayConnect(hostname, port, hostname)) return Promise.reject(closed());
  const lookup = open ? {} : { lookup: judgedLookup({ mayConnect: deps.mayConnect, port, closed }) };
  return new Promise((resolve, reject) => {
    let because: Error | undefined;
    const failed = (why: string) => because ?? unavailable(`${url.host}: ${why}`);
    const late = (why: string) => {
      because = failed(why);
      request.destroy(because);
    };
    const request = (url.protocol === 'https:' ? https : http).get(url, { headers, agent: false, signal, ...lookup });
    const cancelHead = deps.clock.after(HEAD_MS, () => late(`no answer in ${HEAD_MS} ms`));
    const cancelAll = deps.clock.after(timeoutMs, () => late(`no whole answer in ${timeoutMs} ms`));
    request.on('error', (error: Error & { code?: string }) => {
      cancelHead();
      cancelAll();
      reject(error.code === 'ImageUnavailable' ? error : failed(error.message));
    });
    request.once('response', (response) => {
      cancelHead();
      response.once('close', cancelAll);
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: watched(deps.clock, response, failed),
        discard: () => response.destroy(),
      });
    });
  });
}

async function* watched(clock: Clock, response: IncomingMessage, failed: (why: string) => Error): AsyncGenerator<Buffer> {
  const stalled = () => response.destroy(failed(`nothing came for ${STALL_MS} ms`));
  let cancel = clock.after(STALL_MS, stalled);
  try {
    for await (const chunk of response) {
      cancel();
      yield chunk;
      cancel = clock.after(STALL_MS, stalled);
    }
  } catch (error) {
    throw (error as { code?: string }).code === 'ImageUnavailable' ? error : failed((error as Error).message);
  } finally {
    cancel();
    response.destroy();
  }
}
