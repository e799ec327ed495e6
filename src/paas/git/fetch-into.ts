import dns from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Failure, MIB, platformFailure } from '../../kernel/index.ts';
import type { MayConnect } from '../../model/index.ts';
import { isEnough, outputOf, type RunGit, versionOf } from './git-process.ts';
import type { PushQueue } from './push-queue.ts';
import { fsckSettings } from './receive.ts';
import type { Repositories, RepositoryOf } from './repositories.ts';
import type { Writers } from './writers.ts';

export interface FetchRequest {
  readonly app: RepositoryOf;
  /** `https://…` or `http://…` without a user in it. */
  readonly url: string;
  /** For this host and no other. */
  readonly credentials?: FetchPassword;
  /** Whole: `refs/heads/main`, `refs/pull/7/head`. */
  readonly ref: string;
  readonly signal: AbortSignal;
}

/** Also a token, with what user name its service wants. */
export interface FetchPassword {
  readonly user: string;
  readonly password: string;
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
export async function fetchInto(deps: FetchDeps, request: FetchRequest): Promise<string> {
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
    await bring(deps, { url, address, refspec: `+${ref}:${to}`, repository, signal, credentials });
    whole = true;
    const commit = await outputOf(git, { args: ['rev-parse', '--verify', '--end-of-options', `${to}^{commit}`], repository });
    return commit.toString('latin1').trim();
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

async function bring({ git, limits }: FetchDeps, what: Bringing): Promise<void> {
  const { url, address, credentials } = what;
  const answer = credentials ? `username=${oneLine(credentials.user)}\npassword=${oneLine(credentials.password)}\n` : '';
  const child = git({
    args: [...FETCH, url.href, what.refspec],
    repository: what.repository,
    config: [...fsckSettings('fetch'), 'fetch.unpackLimit=1', 'credential.helper=', ...settingsFor(url, address)],
    env: { GIT_ALLOW_PROTOCOL: 'http:https' },
    pairs: 1,
    deadlineMs: FETCH_MS,
    fileBytes: limits.pushBytes + MIB,
    signal: what.signal,
  });
  child.stdin.end();
  child.stdout.resume();
  child.pairs[0]!.end(answer);
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

function checkedUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw failed('only https:// and http:// are fetched');
  if (url.password !== '' || url.username !== '') throw failed('credentials are not part of the URL');
  const named = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(url.hostname); // curl reads more than a name out of other beginnings and ends
  if (!named && isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0)
    throw failed(`${JSON.stringify(url.hostname.slice(0, 200))} is no name of a host`);
  return url;
}

/** As `git check-ref-format` has it, for what services call their refs. */
function isWholeRef(ref: string): boolean {
  return /^refs\/[\w.+@-]+(\/[\w.+@#=,-]+)+$/.test(ref) && ref.length <= 300 && !/\.\.|\.lock(\/|$)|\/\.|\.(\/|$)|@\{/.test(ref);
}

const portOf = (url: URL) => Number(url.port) || (url.protocol === 'https:' ? 443 : 80);

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
