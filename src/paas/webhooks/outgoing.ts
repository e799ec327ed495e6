import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { collect, judgedLookup, platformFailure } from '../../kernel/index.ts';
import type { MayConnect } from '../../model/index.ts';

export interface OutgoingPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: unknown;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 10_000;
const MOST_ANSWER_BYTES = 256 * 1024;

/**
 * POSTs JSON to a host's API; resolves to the status. Each address is judged after its name was looked up, and dialled as judged; redirects are
 * answers. Marked as a stranger's request, so that a host that turns out to be this platform gives it no trust. Rejects with ReportFailed, whose
 * text never holds credentials.
 */
export async function post(mayConnect: MayConnect, { url: text, headers, body, signal }: OutgoingPost): Promise<number> {
  const url = new URL(text);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  if (isIP(name) !== 0 && !mayConnect(name, port, name)) throw closed(name);
  const bytes = Buffer.from(JSON.stringify(body));
  const own = { 'content-type': 'application/json', 'content-length': String(bytes.length), 'sec-fetch-site': 'cross-site' };
  const options = {
    method: 'POST',
    headers: { accept: 'application/json', 'user-agent': 'dalamb', ...headers, ...own },
    agent: false,
    lookup: judgedLookup({ mayConnect, port, closed }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  } as const;
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(platformFailure('ReportFailed', error.message, { cause: error }));
    const request = (url.protocol === 'https:' ? https : http).request(url, options, (response) => {
      const tooLarge = () => platformFailure('ReportFailed', `the answer has more than ${MOST_ANSWER_BYTES} bytes`);
      collect(response, MOST_ANSWER_BYTES, tooLarge).then(() => resolve(response.statusCode ?? 0), failed);
    });
    request.on('error', failed);
    request.end(bytes);
  });
}

const closed = (name: string) => platformFailure('ReportFailed', `${name} may not be connected to ([egress])`);
