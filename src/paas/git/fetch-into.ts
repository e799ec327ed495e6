import dns from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Failure, MIB, platformFailure } from '../../kernel/index.ts';
import type { MayConnect } from '../../model/index.ts';
import { type GitRun, isEnough, outputOf, type RunGit, versionOf } from './git-process.ts';
import type { PushQueue } from './push-queue.ts';
import { fsckSettings } from './receive.ts';
import type { Repositories, RepositoryOf } from './repositories.ts';
import type { Writers } from './writers.ts';

export interface FetchRequest {
  readonly app: RepositoryOf;
  /** `https://…` or `http://…`, without a user in it. */
  readonly url: string;
  /** For this host and no other. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Whole: `refs/heads/main`, `refs/pull/7/head`. */
  readonly ref: string;
  readonly signal: AbortSignal;
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
export async function fetchInto(deps: FetchDeps, request: FetchRequest): Promise<{ readonly commit: string }> {
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
    await run(
      git,
      { repository, config: settingsFor(url, address), args: argumentsFor(url, `+${ref}:${to}`), signal },
      deps,
      credentials,
    );
    whole = true;
    const commit = await outputOf(git, { args: ['rev-parse', '--verify', '--end-of-options', `${to}^{commit}`], repository });
    return { commit: commit.toString('latin1').trim() };
  } finally {
    await leave({ whole, hadTurn: true });
    end();
  }
}

const argumentsFor = (url: URL, refspec: string) => [
  ...['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-auto-gc', '--no-write-fetch-head', '--force'],
  ...['--end-of-options', url.href, refspec],
];

/** Answers for one host only, from a socket that only this run has: nothing of it is in an argument, a variable or a file. */
const HELPER = '!f() { test "$1" = get && cat <&3; }; f';

function settingsFor(url: URL, address: string | undefined): string[] {
  return [
    ...fsckSettings('fetch'),
    'fetch.unpackLimit=1',
    'http.followRedirects=false', // another host would be asked, and given the credentials
    'http.lowSpeedLimit=1000',
    'http.lowSpeedTime=60',
    'credential.helper=',
    `credential.${url.origin}.helper=${HELPER}`,
    ...(address === undefined ? [] : [`http.curloptResolve=${url.hostname}:${portOf(url)}:${address}`]),
  ];
}

async function run(git: RunGit, fetch: GitRun, { limits }: FetchDeps, credentials: FetchRequest['credentials']): Promise<void> {
  const answer = credentials ? `username=${oneLine(credentials.user)}\npassword=${oneLine(credentials.password)}\n` : '';
  const env = { GIT_ALLOW_PROTOCOL: 'http:https' };
  const child = git({ ...fetch, env, pairs: 1, deadlineMs: FETCH_MS, fileBytes: limits.pushBytes + MIB });
  child.stdin.end();
  child.stdout.resume();
  child.pairs[0]!.end(answer);
  const { code, said } = await child.ended;
  if (code === 0) return;
  const last = said.trim().split('\n').slice(-3).join('; ');
  throw failed(code === null ? `it took too long or is larger than ${limits.pushBytes / MIB} MiB` : last);
}

function oneLine(text: string): string {
  if (/[\0\r\n]/.test(text)) throw failed('user and password are of one line each');
  return text;
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw failed('only https:// and http:// are fetched');
  if (url.username !== '' || url.password !== '') throw failed('credentials are not part of the URL');
  return url;
}

/** As `git check-ref-format` has it, for what services call their refs. */
function isWholeRef(ref: string): boolean {
  return /^refs\/[\w.+@-]+(\/[\w.+@#=,-]+)+$/.test(ref) && ref.length <= 300 && !/\.\.|\.lock(\/|$)|\/\.|\.(\/|$)|@\{/.test(ref);
}

const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

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
  return open.family === 6 ? `[${open.address}]` : open.address;
}

const closed = (url: URL) => failed(`connections to ${url.host} are not allowed ([egress])`);

function failed(detail: string): Failure {
  return platformFailure('FetchFailed', detail);
}
