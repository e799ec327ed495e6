import { PassThrough, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Failure, isFailure, type Logger, MIB, platformFailure } from '../../kernel/index.ts';
import type { Actor, RawRequest, RawResponse, RawRoute } from '../../model/index.ts';
import type { Door, GitService, Served } from './serve.ts';

const PATH = /^\/_dalamb\/git\/([a-z][a-z0-9-]{0,39})(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** What a fetch asks for: wants and haves. */
const MOST_ASKED = 64 * MIB;

/** git's smart protocol over HTTP (gitprotocol-http): both ways streamed, each request one child of the real git. */
export function gitRoute(door: Door, limits: { readonly pushBytes: number }, logger: Logger): RawRoute {
  const handle = async (request: RawRequest): Promise<RawResponse> => {
    try {
      const [, name, what] = PATH.exec(request.path) ?? [];
      if (name === undefined) throw platformFailure('NoSuchRoute', 'a repository is at /_dalamb/git/APP.git');
      const actor = await actorOf(door, request);
      return what === 'info/refs'
        ? await advertise(door, request, { name, actor })
        : await exchange(what as GitService, name, actor);
    } catch (error) {
      if (!isFailure(error)) logger.error('a git request failed', { error });
      return refusal(isFailure(error) ? error : platformFailure('InternalError'));
    }

    async function exchange(service: GitService, name: string, actor: Actor) {
      if (request.method !== 'POST')
        throw platformFailure('NoSuchRoute', 'POST only', { status: 405, headers: { allow: 'POST' } });
      if (request.headers['content-type'] !== `application/x-${service}-request`)
        throw platformFailure('InvalidRequest', `send application/x-${service}-request`, { status: 415 });
      const most = service === 'git-upload-pack' ? MOST_ASKED : limits.pushBytes + MIB;
      const child = await door.open(service, { name, actor, args: ['--stateless-rpc'], protocol: protocolOf(request) });
      const failure = feed(child, request, most);
      return answerOf(child, request, { type: `application/x-${service}-result`, head: '', failure });
    }
  };
  return { prefix: '/_dalamb/git/', methods: ['GET', 'POST'], handle };
}

/** Basic with the token as password, as git asks people for it; or Bearer. */
async function actorOf(door: Door, { headers, trusted }: RawRequest): Promise<Actor> {
  const token = tokenOf(headers.authorization);
  const actor = token === undefined ? undefined : await door.findActor({ token });
  if (actor) return actor;
  if (token === undefined && trusted) return { name: 'local', kind: 'local' };
  throw platformFailure(
    'TokenRequired',
    token === undefined ? 'the password is a token' : 'this token is not known, was revoked, or has ended',
    {
      headers: { 'www-authenticate': 'Basic realm="dalamb: a token is the password", charset="UTF-8"' },
    },
  );
}

function tokenOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  if (authorization.length > 2048) return ''; // one that is sent must hold
  const bearer = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization);
  if (bearer) return bearer[1];
  const basic = /^Basic ([\w+/=-]+)$/i.exec(authorization);
  if (!basic) return '';
  const pair = Buffer.from(basic[1]!, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

const protocolOf = ({ headers }: RawRequest) => headers['git-protocol'];

async function advertise(door: Door, request: RawRequest, { name, actor }: { name: string; actor: Actor }): Promise<RawResponse> {
  if (request.method !== 'GET') throw platformFailure('NoSuchRoute', 'GET only', { status: 405, headers: { allow: 'GET' } });
  const service = request.query.get('service');
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack')
    throw platformFailure('InvalidRequest', 'only git’s smart protocol is spoken here', { status: 403 });
  const args = ['--stateless-rpc', '--advertise-refs'];
  const child = await door.open(service, { name, actor, args, protocol: protocolOf(request) });
  child.stdin.end();
  const line = `# service=${service}\n`;
  const head = child.speaks === 2 ? '' : `${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`;
  return answerOf(child, request, { type: `application/x-${service}-advertisement`, head, failure: () => undefined });
}

/** The request's body into the child, unpacked; a body that breaks, or is more than may be, ends both. Returns what says why. */
function feed(child: Served, request: RawRequest, most: number): () => Failure | undefined {
  const body = request.stream();
  const encoding = request.headers['content-encoding'];
  const unpacked: Readable = encoding === 'gzip' || encoding === 'x-gzip' ? body.pipe(createGunzip()) : body;
  let bytes = 0;
  let failure: Failure | undefined;
  const broken = () => {
    failure ??= platformFailure('InvalidRequest', 'the body ended early, or is no gzip');
    child.leave();
  };
  unpacked.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > most) {
      failure = platformFailure('InvalidRequest', `more than ${Math.floor(most / MIB)} MiB`, { status: 413 });
      return broken();
    }
    if (child.stdin.writable && !child.stdin.write(chunk)) {
      unpacked.pause();
      child.stdin.once('drain', () => unpacked.resume());
    }
  });
  unpacked.once('end', () => child.stdin.end()).once('error', broken);
  if (unpacked !== body) body.once('error', broken);
  child.stdin.once('close', () => body.destroy());
  return () => failure;
}

interface Answer {
  readonly type: string;
  readonly head: string;
  readonly failure: () => Failure | undefined;
}

/** Waits for the first words, so that until then the client is still watched as one that sends, and a failure has a status. */
async function answerOf(child: Served, { signal }: RawRequest, { type, head, failure }: Answer): Promise<RawResponse> {
  if (signal.aborted) child.leave();
  signal.addEventListener('abort', child.leave, { once: true });
  const out = child.stdout.pipe(new PassThrough());
  const first = await Promise.race([
    new Promise<boolean>((resolve) => {
      out.on('readable', () => out.readableLength > 0 && resolve(true));
    }),
    child.ended.then(({ code }) => code === 0 || out.readableLength > 0),
  ]);
  if (!first) throw failure() ?? platformFailure('GitFailed', 'this request cannot be served');
  out.removeAllListeners('readable');
  const headers = { 'content-type': type, 'cache-control': 'no-cache, max-age=0, must-revalidate' };
  return { status: 200, headers, body: whole(head, out, child) };
}

/** An answer that was cut must not look like a whole one: git waits for the rest of it without end, also when the response has ended. */
async function* whole(head: string, out: Readable, child: Pick<Served, 'leave' | 'ended'>): AsyncGenerator<Uint8Array> {
  try {
    if (head !== '') yield Buffer.from(head);
    yield* out as AsyncIterable<Uint8Array>;
    if ((await child.ended).code === null) throw platformFailure('GitFailed', 'git was ended in the middle of its answer');
  } finally {
    out.resume(); // a release that has been made is still to be finished, and says so to nobody
    child.leave();
  }
}

/** git shows text/plain to people. */
function refusal({ status, code, message, headers }: Failure): RawResponse {
  return { status, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' }, body: `${code}: ${message}\n` };
}
