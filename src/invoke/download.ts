import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { collect, type Failure, fail, judgedLookup } from '../kernel/index.ts';
import type { MayConnect } from '../model/index.ts';

const TIMEOUT_MS = 60_000;
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_REDIRECTS = 3;

/** What is at an address, at most 16 MiB within a minute. Each address is judged after its name was looked up, and dialled as judged. */
export async function download(mayConnect: MayConnect, url: string): Promise<Buffer> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let at = new URL(url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await get(mayConnect, at, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return collect(response, MOST_BYTES, () => failed(`${at.host} sent more than ${MOST_BYTES} bytes`));
    response.destroy();
    if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined)
      throw failed(`${at.host} answered ${statusCode} for ${at.pathname}`);
    at = new URL(headers.location, at);
  }
  throw failed(`${at.host} redirects without end`);
}

function get(mayConnect: MayConnect, url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  if (!/^https?:$/.test(url.protocol)) throw failed(`${url.protocol} is neither http nor https`);
  if (isIP(name) !== 0 && !mayConnect(name, port, name)) throw closed(name, port);
  const client = url.protocol === 'https:' ? https : http;
  const lookup = judgedLookup({ mayConnect, port, closed: (looked) => closed(looked, port) });
  const options = { agent: false, headers: { 'user-agent': 'dalamb' }, lookup, signal } as const;
  return new Promise((resolve, reject) => {
    client.get(url, options, resolve).on('error', (error) => {
      reject(signal.aborted ? failed(`${name} did not answer within ${TIMEOUT_MS / 1000} s`) : failed(error.message));
    });
  });
}

const failed = (message: string): Failure => fail('SandboxUnavailable', message, { status: 503 });
const closed = (name: string, port: number) => failed(`[build] allow does not let it reach ${name}:${port}`);
