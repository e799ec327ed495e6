import { type CliDeps, type CliIo, run } from './index.ts';

export interface Sent {
  readonly method: string;
  readonly url: string;
  /** Below the control API. */
  readonly path: string;
  readonly query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the command sends
  readonly body: any;
  readonly authorization: string | null;
}

export const NOW = 1_000_000_000_000;

/**
 * By `METHOD /path`, or `*` for everything else: JSON, a text as it is, an error that the connection meets, or what a function makes of
 * body and query (JSON, or the whole Response; it may take its time). What has none is refused as the server would.
 */
export type Answers = Readonly<Record<string, unknown>>;

interface Given extends Partial<CliDeps> {
  readonly signal?: AbortSignal;
  readonly remoteUrl?: CliIo['remoteUrl'];
  readonly archive?: CliIo['archive'];
  readonly colour?: boolean;
  readonly stdin?: string;
}

/** Runs a command line against answers. */
export async function dalamb(
  line: readonly string[],
  answers: Answers = {},
  { signal, remoteUrl, archive, colour, stdin, ...deps }: Given = {},
) {
  const sent: Sent[] = [];
  let [out, err] = ['', ''];
  const fetched = async (url: string, init: RequestInit) => {
    const one = sentBy(url, init);
    sent.push(one);
    return answered(answers[`${one.method} ${one.path}`] ?? answers['*'], one);
  };
  const code = await run(line, {
    version: '1.2.3',
    defaults: { url: 'http://platform:4566/' },
    io: {
      out: (text) => (out += text),
      error: (text) => (err += text),
      stdin: async () => Buffer.from(stdin ?? '{"from":"stdin"}'),
      fetch: fetched as typeof fetch,
      now: () => NOW,
      ...(remoteUrl && { remoteUrl }),
      ...(archive && { archive }),
      ...(colour && { colour }),
      signal: signal ?? AbortSignal.timeout(5000),
    },
    ...deps,
  });
  return { code, out, err, sent };
}

function sentBy(url: string, { method, body, headers }: RequestInit): Sent {
  const { pathname, searchParams: query } = new URL(url);
  const path = pathname.replace('/_dalamb/api/v1', '');
  const authorization = new Headers(headers).get('authorization');
  return {
    method: method!,
    url,
    path,
    query,
    body: body instanceof Blob ? body : body ? JSON.parse(String(body)) : undefined,
    authorization,
  };
}

async function answered(answer: unknown, { body, query }: Sent): Promise<Response> {
  if (answer instanceof Error) throw answer;
  if (typeof answer === 'string') return new Response(answer);
  if (typeof answer === 'function') {
    const made = await answer(body, query);
    return made instanceof Response ? made : Response.json(made);
  }
  if (answer !== undefined) return Response.json(answer);
  return Response.json({ error: { code: 'NoSuchRoute', message: 'no such path', next: 'look' } }, { status: 404 });
}
