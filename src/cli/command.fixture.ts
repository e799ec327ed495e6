import { run } from './index.ts';

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the command sends
  readonly body: any;
}

export const NOW = 1_000_000_000_000;

/** Runs a command line against answers by `METHOD /path`; an answer under `*` is for everything. */
export async function dalamb(line: readonly string[], answers: Readonly<Record<string, unknown>>) {
  const sent: Sent[] = [];
  let [out, err] = ['', ''];
  const fetched = (async (url: string, { method, body }: RequestInit) => {
    const { pathname, searchParams: query } = new URL(url);
    const path = pathname.replace('/_dalamb/api/v1', '');
    sent.push({ method: method!, path, query, body: body ? JSON.parse(String(body)) : undefined });
    return Response.json(answers[`${method} ${path}`] ?? answers['*']);
  }) as typeof fetch;
  const code = await run(line, {
    version: '1',
    defaults: { url: 'http://platform:4566' },
    io: {
      out: (text) => (out += text),
      error: (text) => (err += text),
      stdin: async () => Buffer.from('{"from":"stdin"}'),
      fetch: fetched,
      now: () => NOW,
      signal: AbortSignal.timeout(5000),
    },
  });
  return { code, out, err, sent };
}
