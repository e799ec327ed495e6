import http from 'node:http';
import https from 'node:https';
import type { TopicNotification } from '../model/index.ts';
import type { Sent } from './subscription.ts';

export interface SendHttpSettings {
  /** From connecting to the end of the answer, in ms. */
  readonly timeoutMs?: number;
  /** Whether somebody may be sent anything at all; false is a refusal for good. */
  readonly allows?: (url: URL) => boolean;
}

type Request = Extract<TopicNotification, { kind: 'http' }>;

/** As long as SNS waits. */
const TIMEOUT_MS = 15_000;
const MOST_ANSWER_BYTES = 64 * 1024;
const MOST_HEADER_BYTES = 16 * 1024;

/**
 * POSTs notifications. 2xx is done; 5xx, 429 and everything that goes wrong on the way may be tried again, other answers never; redirects
 * are not followed, and no more than 64 KB of an answer is read. Never rejects.
 */
export function createSendHttp({ timeoutMs = TIMEOUT_MS, allows = () => true }: SendHttpSettings = {}) {
  return (request: Request, signal: AbortSignal): Promise<Sent> => {
    const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
    if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return refused(`${request.url} is no HTTP URL`);
    if (!allows(url)) return refused(`${url.origin} may not be reached`);
    return post(url, request, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
  };
}

async function refused(reason: string): Promise<Sent> {
  return { ok: false, retry: false, reason };
}

function post(url: URL, { headers, body }: Request, signal: AbortSignal): Promise<Sent> {
  const { promise, resolve } = Promise.withResolvers<Sent>();
  const later = (error: Error) => resolve({ ok: false, retry: true, reason: describeError(error) });
  try {
    const send = url.protocol === 'https:' ? https.request : http.request;
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const options = {
      method: 'POST',
      headers: { ...headers, ...length },
      signal,
      agent: false,
      maxHeaderSize: MOST_HEADER_BYTES,
    };
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
  if (error.name === 'TimeoutError' || (error.cause as Error | undefined)?.name === 'TimeoutError')
    return 'the endpoint did not answer in time';
  return error.code === undefined || error.message.includes(error.code) ? error.message : `${error.code}: ${error.message}`;
}
