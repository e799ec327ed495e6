import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { collect, fail } from '../../kernel/index.ts';

export interface Told {
  readonly path: string;
  readonly authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was posted
  readonly body: any;
}

/** A host of repositories: one bare repository by git's own HTTP server, behind a password, and an API that remembers what it is told. */
export interface Elsewhere {
  /** Of the repository. */
  readonly url: string;
  readonly api: string;
  readonly told: Told[];
  /** `user:password` that git must give. */
  password: string;
  /** What the API answers, one after another; then 201. */
  readonly answers: number[];
  /** Makes a commit of these files on a branch, and pushes it. Resolves to it. */
  commit(branch: string, files: Record<string, string>): Promise<string>;
  close(): Promise<void>;
}

const run = promisify(execFile);

export async function openElsewhere(): Promise<Elsewhere> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-elsewhere-'));
  const bare = path.join(directory, 'root/acme/shop.git');
  const tree = path.join(directory, 'tree');
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ann',
    GIT_AUTHOR_EMAIL: 'ann@example.org',
    GIT_COMMITTER_NAME: 'Ann',
    GIT_COMMITTER_EMAIL: 'ann@example.org',
  };
  const git = async (...args: string[]) => (await run('git', args, { cwd: directory, env, timeout: 30_000 })).stdout.trim();
  await git('init', '-q', '--bare', '-b', 'main', bare);
  await git('init', '-q', '-b', 'main', tree);
  const elsewhere = { told: [] as Told[], answers: [] as number[], password: 'x-access-token:t0ken' };
  const backend = { ...env, GIT_PROJECT_ROOT: path.join(directory, 'root'), GIT_HTTP_EXPORT_ALL: '1' };
  const server = http.createServer((request, response) => {
    const served = request.url!.startsWith('/api/')
      ? api(elsewhere, request, response)
      : cgi(elsewhere, backend, { request, response });
    served.catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(elsewhere, {
    url: `${origin}/acme/shop.git`,
    api: `${origin}/api/v1`,
    async commit(branch: string, files: Record<string, string>) {
      await git('-C', tree, 'checkout', '-q', '-B', branch);
      for (const [name, content] of Object.entries(files)) await fs.writeFile(path.join(tree, name), content);
      await git('-C', tree, 'add', '-A');
      await git('-C', tree, 'commit', '-q', '--allow-empty', '-m', 'change');
      await git('-C', tree, 'push', '-q', '--force', bare, `HEAD:refs/heads/${branch}`);
      return git('-C', tree, 'rev-parse', 'HEAD');
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await fs.rm(directory, { recursive: true, force: true });
    },
  });
}

async function api(
  elsewhere: Pick<Elsewhere, 'told' | 'answers'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await collect(request, 1e6, () => fail('TooLarge', 'a report'));
  const { authorization } = request.headers;
  elsewhere.told.push({ path: request.url!, authorization, body: JSON.parse(body.toString()) });
  response.writeHead(elsewhere.answers.shift() ?? 201, { 'content-type': 'application/json' }).end('{}');
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** git http-backend, as web servers run it. */
async function cgi(
  { password }: Pick<Elsewhere, 'password'>,
  env: NodeJS.ProcessEnv,
  { request, response }: Exchange,
): Promise<void> {
  const given = Buffer.from(request.headers.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
  if (given !== password) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return;
  }
  const url = new URL(request.url!, 'http://h');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...env,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      ...(request.headers['content-encoding'] && { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }),
      REMOTE_USER: 'ann',
    },
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => {});
  const answer = await collect(child.stdout, 1e8, () => fail('TooLarge', 'a pack'));
  const end = answer.indexOf('\r\n\r\n');
  const headers = answer.subarray(0, end).toString().split('\r\n');
  const status = headers.find((line) => line.startsWith('Status: '))?.slice(8, 11) ?? '200';
  for (const line of headers) {
    const [name, value] = line.split(': ');
    if (name !== 'Status') response.setHeader(name!, value!);
  }
  response.writeHead(Number(status)).end(answer.subarray(end + 4));
}
