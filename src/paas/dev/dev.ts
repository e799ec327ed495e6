import { isFailure, platformFailure } from '../../kernel/index.ts';
import {
  type Application,
  type DevAnswer,
  type DevFailed,
  type DevSwapped,
  functionName,
  type TreeChanges,
  type TreeManifest,
  treeChanges,
} from '../../model/index.ts';
import { destroyStage, findApplication, urlsOf } from '../apps/applications.ts';
import type { StageChange } from '../apps/stage-changes.ts';
import { devStages } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { unsettle } from '../releases/settle.ts';
import { createTurns } from '../releases/turns.ts';
import { artifactsOf, isPatchable, patched } from './artifacts.ts';
import { checkDevelops, type Developed, type Developing, developedStage } from './developed-stage.ts';
import { type DevTree, receiveTree, tarOf } from './receive-tree.ts';
import { createSessions, type DevBase, type Sessions } from './sessions.ts';
import { bringAlive, swapCode } from './swap.ts';

export interface DevDeps {
  readonly ports: PaasPorts;
  /** As in AppRoutePorts. */
  readonly created: (app: Application) => Promise<void>;
  readonly destroyed: (app: string) => Promise<void>;
}

export interface DevOrder extends Developing {
  /** Those that line was given. */
  readonly lines: readonly string[];
}

/** Applications in development (docs/decisions/0013). */
export interface Dev {
  /** Runs a folder in a stage: builds it, or puts what changed into what was built. Rejects as developedStage does. When the build failed the old code runs on. */
  readonly sync: (how: DevOrder, source: AsyncIterable<Uint8Array>) => Promise<DevAnswer>;
  /** Takes away what sync made; the stage too, if it was made for development and never had a release. Rejects with NoSuchThing. */
  readonly remove: (how: StageChange) => Promise<{ readonly removed: readonly string[] }>;
}

export function createDev(deps: DevDeps): Dev {
  const turns = createTurns();
  const sessions = createSessions();
  const key = ({ app, account }: StageChange) => `${app}\n${account}`;
  return {
    sync: (how, source) =>
      turns.take(key(how), how.signal, async () => {
        const session = sessions.get(key(how));
        const tree = await receiveTree(source, session.tree, deps.ports.ids.uuid());
        if (!('manifest' in tree)) return tree;
        sessions.set(key(how), { ...session, tree });
        const developed = await developedStage(deps.ports, how, deps.created);
        return orFailed(how, tree, run({ deps, sessions, key: key(how), how, developed, tree }));
      }),
    remove: (how) => turns.take(key(how), how.signal, () => remove(deps, sessions, key(how), how)),
  };
}

/** What a build says is worth most when it fails. */
async function orFailed({ lines }: DevOrder, { id }: DevTree, swapped: Promise<DevSwapped>): Promise<DevSwapped | DevFailed> {
  try {
    return await swapped;
  } catch (error) {
    if (isFailure(error, 'BuildFailed') || isFailure(error, 'ReleaseFailed')) return { failed: error.message, lines, tree: id };
    throw error;
  }
}

interface Running {
  readonly deps: DevDeps;
  readonly sessions: Sessions;
  readonly key: string;
  readonly how: DevOrder;
  readonly developed: Developed;
  readonly tree: DevTree;
}

async function run(running: Running): Promise<DevSwapped> {
  const { deps, sessions, key, how, developed, tree } = running;
  const { clock } = deps.ports;
  const began = clock.monotonic();
  const { base: known, running: before, ...session } = sessions.get(key);
  const release = developed.release?.number;
  const since = known && treeChanges(known.tree.manifest, tree.manifest);
  const patchable = known !== undefined && since !== undefined && (isNone(since) || isPatchable(known, since));
  const base = patchable ? known : await build(running);
  const built = clock.monotonic();
  const alive = base === known && before !== undefined && before.release === release;
  const kind = !patchable ? 'built' : alive && isSame(before.manifest, tree.manifest) ? 'unchanged' : 'patched';
  sessions.set(key, { ...session, tree, base });
  if (!alive) await bringAlive(deps.ports, how, developed, base.built);
  if (kind === 'patched' && since && (alive || !isNone(since)))
    await swapCode(deps.ports, how, developed, { built: base.built, codes: patched(base, tree, since) });
  sessions.set(key, { ...session, tree, base, running: { manifest: tree.manifest, release } });
  const { app, account } = how;
  const processes = base.built.processes.map(({ name }) => ({ name, function: functionName(app, name) }));
  const took = { build: built - began, swap: clock.monotonic() - built };
  return { how: kind, processes, urls: await urlsOf(deps.ports, app, account), lines: how.lines, took, tree: tree.id };
}

/** Rejects with BuildFailed; what runs and what it was made of stay known. */
async function build({ deps, how, tree }: Running): Promise<DevBase> {
  const { app, account, line, signal } = how;
  const built = await deps.ports.build({ app, account, source: tarOf(tree), line, signal });
  if (built.processes.length === 0) throw platformFailure('BuildFailed', 'there is no process: the Procfile names none');
  return { tree, built, artifacts: await artifactsOf(deps.ports.store, built) };
}

function isSame(one: TreeManifest, other: TreeManifest): boolean {
  return isNone(treeChanges(one, other));
}

function isNone({ changed, added, removed }: TreeChanges): boolean {
  return changed.length + added.length + removed.length === 0;
}

async function remove(deps: DevDeps, sessions: Sessions, key: string, how: StageChange) {
  const { ports } = deps;
  const { app, account, actor } = how;
  const { stage } = await findApplication(ports, app, account);
  await checkDevelops(ports, stage);
  const row = await ports.store.read.get(devStages, [app, account]);
  if (!row) throw platformFailure('NoSuchThing', `nothing of ${app} is in development here`);
  const wholly = row.made === true && stage.next === 1;
  if (wholly) await ports.requireRole(actor, 'owner', { app, account });
  sessions.delete(key);
  if (wholly) {
    if (await destroyStage(ports, app, account, actor)) await deps.destroyed(app);
  } else {
    await unsettle({ ports, stage }, row.processes);
    const at = ports.clock.now();
    await ports.store.transact(async (tx) => {
      await tx.delete(devStages, [app, account]);
      await ports.audit(tx, { actor, action: 'dev:remove', app, account, detail: row.processes.join(', '), at });
    });
  }
  return { removed: row.processes.map((name) => functionName(app, name)) };
}
