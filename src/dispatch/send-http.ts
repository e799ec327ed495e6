import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { fail, isFailure, judgedLookup, type Resolve } from '../kernel/index.ts';
import { inIpRange, type MayConnect, parseIpRange, type TopicNotification } from '../model/index.ts';
import type { Sent } from './subscription.ts';

export interface SendHttpSettings {
  /** From connecting to the end of the answer, in ms. */
  readonly timeoutMs?: number;
  /**
   * What may be reached for who subscribed (an ARN): each address is judged after its name was looked up, and dialled as judged. Default:
   * all but link-local ones, where clouds keep secrets.
   */
  readonly reach?: (subscriber: string) => MayConnect;
}

type Request = Extract<TopicNotification, { kind: 'http' }>;

/** As long as SNS waits. */
const TIMEOUT_MS = 15_000;
const MOST_ANSWER_BYTES = 64 * 1024;
const MOST_HEADER_BYTES = 16 * 1024;

/**
 * POSTs notifications. 2xx is done; 5xx, 429 and everything that goes wrong on the way may be tried again, other answers never; redirects
 * are not followed, and no more than 64 KB of an answer is read. Requests are marked as a stranger's, so that a subscriber that turns out
 * to be this platform gives them no trust for where they come from (docs/security.md). Never rejects.
 */
export function createSendHttp({ timeoutMs = TIMEOUT_MS, reach = () => beyondLinkLocal }: SendHttpSettings = {}) {
  return (request: Request, signal: AbortSignal, subscriber = ''): Promise<Sent> => {
    const mayConnect = reach(subscriber);
    const url = URL.parse(request.url);
    if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return refused(`${request.url} is no HTTP URL`);
    const name = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    if (isIP(name) !== 0 && !mayConnect(name, port, name)) return refused(closed(name));
    const lookup = judgedLookup({ mayConnect, port, closed: (looked) => fail('TargetRefused', closed(looked)), resolve });
    return post(url, request, { lookup, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
  };
}

/** And the way to it through a translator (RFC 6052 §2.1). */
const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32', '64:ff9b::a9fe:0/112'].map((range) => parseIpRange(range)!);

export function beyondLinkLocal(address: string): boolean {
  return !LINK_LOCAL.some((range) => inIpRange(range, address));
}

const closed = (name: string) => `${name} may not be reached`;

/** Names below localhost are this machine's (RFC 6761 §6.3), which not every resolver knows: function URLs have such names. */
const resolve: Resolve = (name, options, done) => {
  if (/(^|\.)localhost\.?$/i.test(name)) process.nextTick(done, null, [{ address: '127.0.0.1', family: 4 }]);
  else dns.lookup(name, { ...options, all: true }, done);
};

async function refused(reason: string): Promise<Sent> {
  return { ok: false, retry: false, reason };
}

function post(url: URL, { headers, body }: Request, how: Pick<http.RequestOptions, 'lookup' | 'signal'>): Promise<Sent> {
  const { promise, resolve } = Promise.withResolvers<Sent>();
  const later = (error: Error) => resolve({ ok: false, retry: !isFailure(error), reason: describeError(error) });
  try {
    const send = url.protocol === 'https:' ? https.request : http.request;
    const own = { 'content-length': String(Buffer.byteLength(body)), 'sec-fetch-site': 'cross-site' };
    const options = {
      ...how,
      method: 'POST',
      headers: { ...headers, ...own },
      agent: false,
      maxHeaderSize: MOST_HEADER_BYTES,
    } as const;
    const request = send(url, options, (response) => {
      const sent = judge(response.statusCode ?? 0);
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (bytes <= MOST_ANSWER_BYTES) return;
        resolve(sent);
        request.destroy();
      });
      response.once('end', () => resolve(sent));
      response.once('error', later);
    });
    request.once('error', later);
    request.end(body);
  } catch (error) {
    resolve({ ok: false, retry: false, reason: describeError(error as Error) }); // a header or URL that can never be sent
  }
  return promise;
}

function judge(status: number): Sent {
  if (status >= 200 && status < 300) return { ok: true };
  return { ok: false, retry: status >= 500 || status === 429 || status < 200, reason: `the endpoint answered ${status}` };
}

function describeError(error: Error & { code?: string }): string {
  if (isFailure(error)) return error.message;
  if (error.name === 'TimeoutError' || (error.cause as Error | undefined)?.name === 'TimeoutError')
    return 'the endpoint did not answer in time';
  return error.code === undefined || error.message.includes(error.code) ? error.message : `${error.code}: ${error.message}`;
}
