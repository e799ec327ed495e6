import type { Duplex } from 'node:stream';
import { fail } from '../kernel/index.ts';
import type { OpenTunnel } from './tunnel.ts';

/** The control API as the command line sees it. */
export interface Api {
  readonly url: string;
  /** A body is sent as JSON, a Blob as it is. Resolves to the JSON answer; rejects with the server's error, or Unreachable. */
  get<Answer>(path: string, query?: Query): Promise<Answer>;
  post<Answer>(path: string, body: unknown, query?: Query): Promise<Answer>;
  put<Answer>(path: string, body: unknown, query?: Query): Promise<Answer>;
  remove<Answer>(path: string, query?: Query): Promise<Answer>;
  /** A connection that the server joins to something (`upgrades` among its routes). Rejects as the others do. */
  tunnel(path: string): Promise<Duplex>;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface ApiOptions {
  readonly url: string;
  /** Name, or 12 digits. */
  readonly environment?: string;
  readonly region?: string;
  readonly token?: string;
  readonly fetch: typeof fetch;
  readonly openTunnel: OpenTunnel;
}

/** Longer than any function may run (900 s). */
const PATIENCE_MS = 960_000;

export function createApi(options: ApiOptions): Api {
  const base = options.url.replace(/\/+$/, '');
  const call = async <Answer>(method: string, path: string, query: Query = {}, body?: unknown): Promise<Answer> => {
    const response = await reach(options, `${base}/_dalamb/api/v1${path}${queryText(options, query)}`, {
      method,
      headers: headersOf(
        options,
        body === undefined ? undefined : body instanceof Blob ? 'application/octet-stream' : 'application/json',
      ),
      body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return (await answerOf(response, base)) as Answer;
  };
  return {
    url: base,
    get: (path, query) => call('GET', path, query),
    post: (path, body, query) => call('POST', path, query, body),
    put: (path, body, query) => call('PUT', path, query, body),
    remove: (path, query) => call('DELETE', path, query),
    async tunnel(path) {
      const url = `${base}/_dalamb/api/v1${path}${queryText(options, {})}`;
      const opened = await options.openTunnel(url, headersOf(options, undefined)).catch((error) => unreachable(options, error));
      if (!(opened instanceof Response)) return opened;
      await answerOf(opened, base);
      throw fail('UnexpectedAnswer', `${base} answered ${opened.status} where it should have opened a connection`);
    },
  };
}

function queryText(options: ApiOptions, query: Query): string {
  const { environment, region } = options;
  const where = /^\d{12}$/.test(environment ?? '') ? { account: environment } : { env: environment };
  const all: Query = { ...where, region, ...query };
  const given = Object.entries(all).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

function headersOf(options: ApiOptions, contentType: string | undefined): Record<string, string> {
  return {
    accept: 'application/json',
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
  };
}

async function reach(options: ApiOptions, url: string, init: RequestInit): Promise<Response> {
  return options.fetch(url, init).catch((error) => unreachable(options, error));
}

function unreachable(options: ApiOptions, error: unknown): never {
  const { cause, code } = error as { code?: string; cause?: { code?: string; message?: string } };
  const why = cause?.code ?? cause?.message ?? code ?? (error as Error).message;
  throw fail('Unreachable', `no answer from ${options.url} (${why})`, {
    status: 503,
    fields: { next: 'start the platform with: npm start, or name another with --url or DALAMB_URL' },
  });
}

async function answerOf(response: Response, base: string): Promise<unknown> {
  const text = await response.text();
  const json = parse(text);
  if (response.ok && json !== undefined) return json;
  const error = (json as { error?: { code?: string; message?: string; next?: string } } | undefined)?.error;
  if (error?.code === undefined) {
    const fields = { next: `is ${base} a dalamb server?` };
    throw fail('UnexpectedAnswer', `${base} answered ${response.status} without the form of dalamb's control API`, { fields });
  }
  throw fail(error.code, error.message ?? '', { status: response.status, fields: { next: error.next } });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
