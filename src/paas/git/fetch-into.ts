import dns from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Failure, MIB, platformFailure } from '../../kernel/index.ts';
import type { MayConnect } from '../../model/index.ts';
import { openRemote } from './fetch-ssh.ts';
import { isEnough, outputOf, type RunGit, versionOf } from './git-process.ts';
import { plain } from './hook.ts';
import type { PushQueue } from './push-queue.ts';
import { fsckSettings } from './receive.ts';
import type { Repositories, RepositoryOf } from './repositories.ts';
import type { Writers } from './writers.ts';

export interface FetchRequest {
  readonly app: RepositoryOf;
  /** `https://…` or `http://…` without a user in it; `ssh://USER@HOST[:PORT]/PATH` or `USER@HOST:PATH`. */
  readonly url: string;
  /** For this host and no other. */
  readonly credentials?: FetchPassword | FetchKey;
  /** Whole: `refs/heads/main`, `refs/pull/7/head`. */
  readonly ref: string;
  readonly signal: AbortSignal;
}

/** Over HTTP: also a token, with what user name its service wants. */
export interface FetchPassword {
  readonly user: string;
  readonly password: string;
}

/** Over SSH. */
export interface FetchKey {
  /** In OpenSSH's form or PEM, without a passphrase. */
  readonly privateKey: string;
  /** `SHA256:…` that the host must have; absent: any, as at a first visit. */
  readonly hostKey?: string;
}

export interface Fetched {
  readonly commit: string;
  /** Over SSH: the host's, to be given again the next time. */
  readonly hostKey?: string;
}

export interface FetchDeps {
  readonly git: RunGit;
  readonly repositories: Repositories;
  readonly queue: PushQueue;
  readonly writers: Writers;
  readonly mayConnect: MayConnect;
  readonly limits: { readonly pushBytes: number; readonly repositoryBytes: number };
}

const FETCH_MS = 15 * 60_000;

/**
 * Brings a ref of a repository elsewhere into an application's, beside its own refs (`refs/dalamb/fetched/…`, which clients never see), and
 * resolves to its commit. Rejects with FetchFailed, whose text never holds credentials.
 */
export async function fetchInto(deps: FetchDeps, request: FetchRequest): Promise<Fetched> {
  const { git, repositories, limits } = deps;
  const { app, ref, signal, credentials } = request;
  const url = checkedUrl(request.url);
  if (!isWholeRef(ref)) throw failed(`${JSON.stringify(ref)} is no ref`);
  if (!isEnough(await versionOf(git))) throw failed('git 2.37 or newer is needed for this');
  const address = await judgedAddress(url, deps.mayConnect);
  const repository = await repositories.ensure(app);
  if ((await repositories.bytes(app.name)) > limits.repositoryBytes)
    throw failed(`the repository has ${limits.repositoryBytes / MIB} MiB already`);
  const end = await deps.queue.take(app.name, { waits: () => {}, signal });
  const leave = deps.writers.enter(app.name);
  let whole = false;
  try {
    const to = ref.replace(/^refs/, 'refs/dalamb/fetched');
    const hostKey = await bring(deps, { url, address, refspec: `+${ref}:${to}`, repository, signal, credentials });
    whole = true;
    const commit = await outputOf(git, { args: ['rev-parse', '--verify', '--end-of-options', `${to}^{commit}`], repository });
    return { commit: commit.toString('latin1').trim(), ...(hostKey === undefined ? {} : { hostKey }) };
  } finally {
    await leave({ whole, hadTurn: true });
    end();
  }
}

interface Bringing {
  readonly url: URL;
  readonly address: string | undefined;
  readonly refspec: string;
  readonly repository: string;
  readonly signal: AbortSignal;
  readonly credentials: FetchRequest['credentials'];
}

/** Resolves to the host's key, over SSH. */
async function bring(deps: FetchDeps, what: Bringing): Promise<string | undefined> {
  const { url, credentials, address } = what;
  const isKey = credentials !== undefined && 'privateKey' in credentials;
  if (url.protocol !== 'ssh:') {
    if (isKey) throw failed('a key is for ssh:// only');
    const answer = credentials ? `username=${oneLine(credentials.user)}\npassword=${oneLine(credentials.password)}\n` : '';
    await run(deps, what, {
      url: url.href,
      config: settingsFor(url, address),
      protocols: 'http:https',
      use: (pair) => pair.end(answer),
    });
    return undefined;
  }
  if (!isKey) throw failed('ssh:// needs a private key');
  const remote = await openRemote({ url, key: credentials, address: address ?? url.hostname, signal: what.signal }).catch(
    (error) => {
      throw failed((error as Error).message);
    },
  );
  try {
    const asked = `ssh://${url.hostname}${url.pathname}`; // where it really goes is ours to know
    await run(deps, what, { url: asked, config: ['protocol.version=0'], protocols: 'ssh', use: remote.join });
    return remote.hostKey;
  } catch (error) {
    throw remote.said() === '' ? error : failed(plain(remote.said().replaceAll('\n', '; ')));
  } finally {
    remote.close();
  }
}

interface Way {
  readonly url: string;
  readonly config: readonly string[];
  /** The only ones, as GIT_ALLOW_PROTOCOL has them. */
  readonly protocols: string;
  /** The other end of the child's descriptor 3. */
  readonly use: (pair: Duplex) => unknown;
}

async function run({ git, limits }: FetchDeps, what: Bringing, way: Way): Promise<void> {
  const child = git({
    args: [...FETCH, way.url, what.refspec],
    repository: what.repository,
    config: [...fsckSettings('fetch'), 'fetch.unpackLimit=1', 'credential.helper=', ...way.config],
    env: { GIT_ALLOW_PROTOCOL: way.protocols, GIT_SSH_COMMAND: SSH, GIT_SSH_VARIANT: 'simple' },
    pairs: 1,
    deadlineMs: FETCH_MS,
    fileBytes: limits.pushBytes + MIB,
    signal: what.signal,
  });
  child.stdin.end();
  child.stdout.resume();
  way.use(child.pairs[0]!);
  const { code, said } = await child.ended;
  if (code === 0) return;
  const last = said.trim().split('\n').slice(-3).join('; ');
  throw failed(code === null ? `it took too long or is larger than ${limits.pushBytes / MIB} MiB` : last);
}

const FETCH = [
  ...['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-auto-gc', '--no-write-fetch-head', '--force'],
  '--end-of-options',
];

/** Answers for one host only, from a socket that only this run has: nothing of it is in an argument, a variable or a file. */
const HELPER = '!f() { test "$1" = get && cat <&3; }; f';

/** Stands where git expects ssh: the other end of the socket is the connection that the server has opened. */
const SSH = 'f() { cat <&3 & exec cat >&3; }; f';

function settingsFor(url: URL, address: string | undefined): string[] {
  return [
    'http.followRedirects=false', // another host would be asked, and given the credentials
    'http.lowSpeedLimit=1000',
    'http.lowSpeedTime=60',
    `credential.${url.origin}.helper=${HELPER}`,
    ...(address === undefined ? [] : [`http.curloptResolve=${url.hostname}:${portOf(url)}:${bracketed(address)}`]),
  ];
}

const bracketed = (address: string) => (isIP(address) === 6 ? `[${address}]` : address);

function oneLine(text: string): string {
  if (/[\0\r\n]/.test(text)) throw failed('user and password are of one line each');
  return text;
}

const schemes = ['https:', 'http:', 'ssh:'];

function checkedUrl(text: string): URL {
  const short = /^([\w.-]+@[\w.-]+):(?!\/)(.+)$/.exec(text);
  const whole = short ? `ssh://${short[1]}/${short[2]}` : text;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (!url || !schemes.includes(url.protocol)) throw failed('only https://, http:// and ssh:// are fetched');
  if (url.password !== '' || (url.username !== '' && url.protocol !== 'ssh:'))
    throw failed('credentials are not part of the URL');
  const named = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(url.hostname); // curl reads more than a name out of other beginnings and ends
  if (url.protocol !== 'ssh:' && !named && isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0)
    throw failed(`${JSON.stringify(url.hostname.slice(0, 200))} is no name of a host`);
  if (url.protocol === 'ssh:' && !(/^[\w.-]+$/.test(url.hostname) && /^(\/[\w.~+-]+)+$/.test(url.pathname)))
    throw failed(`${text.slice(0, 200)} is no address of a repository`);
  return url;
}

/** As `git check-ref-format` has it, for what services call their refs. */
function isWholeRef(ref: string): boolean {
  return /^refs\/[\w.+@-]+(\/[\w.+@#=,-]+)+$/.test(ref) && ref.length <= 300 && !/\.\.|\.lock(\/|$)|\/\.|\.(\/|$)|@\{/.test(ref);
}

const usual: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80, 'ssh:': 22 };

const portOf = (url: URL) => Number(url.port) || usual[url.protocol]!;

/** The name's first address that may be connected to, which is dialled as judged; undefined when the host is an address itself. */
async function judgedAddress(url: URL, mayConnect: MayConnect): Promise<string | undefined> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) {
    if (!mayConnect(host, portOf(url), host)) throw closed(url);
    return undefined;
  }
  const found = await dns.lookup(host, { all: true }).catch(() => []);
  if (found.length === 0) throw failed(`the name ${host} is not known`);
  const open = found.find(({ address }) => mayConnect(address, portOf(url), host));
  if (!open) throw closed(url);
  return open.address;
}

const closed = (url: URL) => failed(`connections to ${url.host} are not allowed ([egress])`);

function failed(detail: string): Failure {
  return platformFailure('FetchFailed', detail);
}
