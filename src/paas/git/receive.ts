import { type Clock, describe, isFailure, type Logger, MIB, platformFailure } from '../../kernel/index.ts';
import type { Actor, Application, Deploy } from '../../model/index.ts';
import { archiveOf } from './archive.ts';
import { type GitChild, outputOf, type RunGit, saysYes } from './git-process.ts';
import { HOOK_PAIRS, type Pushed, type PushLines, pushLines, type RefUpdate, readPushed } from './hook.ts';
import type { PushQueue } from './push-queue.ts';
import { bytesBelow, type Repositories } from './repositories.ts';
import { among, checkTree, type Objects } from './tree-check.ts';
import type { Writers } from './writers.ts';

export interface ReceiveDeps {
  readonly git: RunGit;
  readonly repositories: Repositories;
  readonly queue: PushQueue;
  readonly writers: Writers;
  readonly deploy: Deploy;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: ReceiveLimits;
}

export interface ReceiveLimits {
  /** Packed bytes of one push. */
  readonly pushBytes: number;
  /** Of a repository's objects. */
  readonly repositoryBytes: number;
  /** From its first byte to the end of the release. */
  readonly pushMs: number;
}

export interface Push {
  readonly app: Application;
  readonly actor: Actor;
  /** As receive-pack is started: `--stateless-rpc` for HTTP. */
  readonly args: readonly string[];
}

export interface Receiving extends Pick<GitChild, 'stdin' | 'stdout' | 'stderr' | 'ended' | 'kill'> {
  /** The client has gone: all ends, unless the release runs already; then only the branch is still moved. */
  leave(): void;
  /** When nothing of it runs any more, and its turn is over. */
  readonly over: Promise<void>;
}

/** Ms for receive-pack to move the refs after the verdict. */
const REFS_MS = 60_000;

const fsckKnown = ['missingEmail', 'missingSpaceBeforeDate', 'badTimezone', 'zeroPaddedFilemode', 'missingNameBeforeEmail'];

/** What old histories have, and hurts nobody, is let in; everything else that fsck finds is refused. */
export const fsckSettings = (section: 'receive' | 'fetch') => [
  `${section}.fsckObjects=true`,
  ...fsckKnown.map((id) => `${section}.fsck.${id}=ignore`),
];

const receiveSettings = (pushBytes: number) => [
  ...fsckSettings('receive'),
  `receive.maxInputSize=${pushBytes}`,
  'receive.unpackLimit=1', // objects stay packed: a bomb unpacks to nothing
  'receive.autogc=false',
  'receive.denyDeletes=false',
  'receive.denyNonFastForwards=false',
  'transfer.hideRefs=refs/dalamb',
];

/** One push: receive-pack takes the objects into quarantine, its hook asks here, and what is said here decides. */
export function receive(deps: ReceiveDeps, push: Push): Receiving {
  const { git, repositories, limits } = deps;
  const repository = repositories.path(push.app.name);
  const child = git({
    args: ['receive-pack', ...push.args, repository],
    config: receiveSettings(limits.pushBytes),
    pairs: HOOK_PAIRS,
    deadlineMs: limits.pushMs,
    fileBytes: limits.pushBytes + MIB,
  });
  const gone = new AbortController();
  const turn: Turn = { released: false, signal: gone.signal, endings: [] };
  child.ended.then(() => gone.abort(platformFailure('GitFailed', 'the push was ended')));
  const leaves = deps.writers.enter(push.app.name);
  const over = judge(deps, push, child, turn).then(async () => {
    const { code } = await child.ended;
    await leaves({ whole: code !== null, hadTurn: turn.endings.length > 0 });
    for (const end of turn.endings) end();
  });
  const leave = () => {
    if (turn.released) return void deps.clock.after(REFS_MS, child.kill);
    child.kill();
  };
  return { ...child, leave, over };
}

interface Turn {
  /** The release runs: what is left is to move the branch to it. */
  released: boolean;
  readonly signal: AbortSignal;
  readonly endings: (() => void)[];
}

/** Never rejects: what goes wrong is the last line that the client reads. */
async function judge(deps: ReceiveDeps, push: Push, child: GitChild, turn: Turn): Promise<void> {
  const pair = child.pairs[0]!;
  const pushed = await readPushed(pair);
  if (!pushed) return void pair.destroy(); // a hook that waits would wait for ever
  const lines = pushLines(pair);
  try {
    refuseByName(push.app, pushed.updates);
    const waits = () => lines.say(`Another push to ${push.app.name} is under way: this one waits for it.`);
    turn.endings.push(await deps.queue.take(push.app.name, { waits, signal: turn.signal }));
    await take(deps, push, { pushed, lines, turn });
    lines.end(true);
  } catch (error) {
    if (!isFailure(error) || error.fault === 'platform') deps.logger.warn('a push failed', { app: push.app.name, error });
    lines.say(`! ${isFailure(error) ? `${error.code}: ${error.message}` : describe(error).split('\n')[0]}`);
    lines.end(false);
  }
}

const TAKEN = /^refs\/(heads|tags|notes)\/./;

function refuseByName(app: Application, updates: readonly RefUpdate[]): void {
  for (const { ref, to } of updates) {
    if (!TAKEN.test(ref)) throw refused(`${ref}: only branches, tags and notes are taken`);
    if (ref === branchOf(app) && to === undefined)
      throw refused(`${app.branch} is the branch that ${app.name} is released from: it cannot be deleted`);
    if (to !== undefined && (ref.startsWith(`${branchOf(app)}/`) || branchOf(app).startsWith(`${ref}/`)))
      throw refused(`${shortOf(ref)} and ${app.branch} cannot both be branches, and ${app.name} is released from ${app.branch}`);
  }
}

interface InTurn {
  readonly pushed: Pushed;
  readonly lines: PushLines;
  readonly turn: Turn;
}

async function take(deps: ReceiveDeps, push: Push, { pushed, lines, turn }: InTurn): Promise<void> {
  const { app } = push;
  await checkRoom(deps, app, pushed);
  const release = pushed.updates.find(({ ref }) => ref === branchOf(app));
  for (const { ref, to } of pushed.updates)
    if (ref !== branchOf(app) && to !== undefined)
      lines.say(`${shortOf(ref)} is stored; only pushes to ${app.branch} make a release.`);
  if (release?.to === undefined) return;
  const objects = { repository: deps.repositories.path(app.name), quarantine: pushed.quarantine };
  await checkUpdate(deps, objects, { app, release, lines });
  await checkRefs(deps, objects, pushed.updates);
  const tree = await checkTree(deps.git, objects, release.to);
  if (tree.submodules.length > 0) lines.say(`Submodules are not fetched, their folders are empty: ${listed(tree.submodules)}`);
  await deploy(deps, push, { commit: release.to, objects, lines, turn });
}

interface ToDeploy {
  readonly commit: string;
  readonly objects: Objects;
  readonly lines: PushLines;
  readonly turn: Turn;
}

async function deploy(deps: ReceiveDeps, { app, actor }: Push, { commit, objects, lines, turn }: ToDeploy): Promise<void> {
  turn.signal.throwIfAborted();
  const { release, urls } = await deps.deploy({
    app: app.name,
    account: app.home,
    commit,
    source: archiveOf(deps.git, objects, commit),
    author: actor.name,
    line: lines.say,
    signal: turn.signal,
  });
  turn.released = true;
  lines.say(`Released ${app.name} v${release} (${commit.slice(0, 7)})`);
  for (const url of urls) lines.say(`  ${url}`);
}

async function checkRoom({ repositories, limits }: ReceiveDeps, app: Application, pushed: Pushed): Promise<void> {
  const stored = await repositories.bytes(app.name); // the quarantine is below objects
  if (pushed.quarantine === undefined || stored <= limits.repositoryBytes) return;
  const [now, most, added] = [stored, limits.repositoryBytes, await bytesBelow(pushed.quarantine)].map((b) => Math.ceil(b / MIB));
  throw refused(`the repository would have ${now} MiB with the ${added} MiB of this push; at most ${most} MiB are kept`);
}

/** Ms to walk what a push adds to the history. */
const WALK_MS = 300_000;

/**
 * What waited may have been overtaken; what is pushed onto a branch must be a commit, and its history whole: git refuses it otherwise, but after
 * the hook, when it is released already.
 */
async function checkUpdate(
  { git }: ReceiveDeps,
  objects: Objects,
  { app, release, lines }: { readonly app: Application; readonly release: RefUpdate; readonly lines: PushLines },
): Promise<void> {
  const { from, to } = release;
  const listing = { args: ['for-each-ref', '--format=%(objectname)', branchOf(app)], repository: objects.repository };
  const typing = { args: ['cat-file', '-t', to!], ...among(objects) };
  const comparing = { args: ['merge-base', '--is-ancestor', from ?? to!, to!], ...among(objects) };
  const walking = { args: ['rev-list', '--quiet', to!, '--not', '--all'], ...among(objects), deadlineMs: WALK_MS };
  const [now, type, isAhead, isWhole] = await Promise.all([
    outputOf(git, listing),
    outputOf(git, typing),
    saysYes(git, comparing),
    saysYes(git, walking),
  ]);
  if (now.toString('latin1').trim() !== (from ?? ''))
    throw refused(`${app.branch} was moved by another push: fetch it, then push again`);
  if (type.toString('latin1').trim() !== 'commit') throw refused(`${app.branch} must be a commit`);
  if (!isWhole)
    throw refused('it comes from a shallow clone, and what came before is not here: git fetch --unshallow, then push again');
  if (!isAhead) lines.say(`${app.branch} is moved by force from ${from!.slice(0, 7)}: this is released as any other commit is.`);
}

const NO_COMMIT = '0'.repeat(40);

/** Has git try to move all refs, and leave them: what it would not do after the release is refused before it. */
async function checkRefs({ git }: ReceiveDeps, objects: Objects, updates: readonly RefUpdate[]): Promise<void> {
  const moves = updates.map(({ ref, from = NO_COMMIT, to = NO_COMMIT }) => `update ${ref} ${to} ${from}\n`);
  try {
    await outputOf(git, { args: ['update-ref', '--stdin'], ...among(objects) }, `start\n${moves.join('')}prepare\nabort\n`);
  } catch (error) {
    if (!isFailure(error, 'GitFailed')) throw error;
    throw refused(`these refs cannot be moved together: ${error.message}`);
  }
}

const branchOf = (app: Application) => `refs/heads/${app.branch}`;

const shortOf = (ref: string) => ref.replace(/^refs\/(heads|tags)\//, '');

const listed = (names: readonly string[]) => names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '');

const refused = (detail: string) => platformFailure('PushRefused', detail);
