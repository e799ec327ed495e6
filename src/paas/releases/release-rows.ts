import { platformFailure, type Transaction } from '../../kernel/index.ts';
import { type Actor, functionName, LIVE, nextRelease, type Release, type ReleaseChange } from '../../model/index.ts';
import { releases, type StoredStage, stages } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { sealConfig } from './config.ts';
import { noteTakeover } from './takeovers.ts';

export interface Begin {
  readonly app: string;
  readonly account: string;
  /** Called inside the transaction, so that no change made meanwhile is lost; may throw a failure, and may be called again. */
  readonly change: (current: Release | undefined) => PlannedChange;
  readonly actor: Actor;
}

export interface PlannedChange {
  readonly change: ReleaseChange;
  /** Default: what the change says of itself. */
  readonly description?: string;
}

/** Writes the next release and says that it is on its way. Rejects with NoSuchThing, ReleaseUnderWay, and what change throws. */
export async function beginRelease(
  ports: PaasPorts,
  { app, account, change, actor }: Begin,
): Promise<{ readonly stage: StoredStage; readonly release: Release }> {
  const at = ports.clock.now();
  const nothing = { config: sealConfig(ports.secrets, {}) };
  return ports.store.transact(async (tx) => {
    const stage = await stageOf(tx, app, account);
    if (stage.preparing !== undefined) throw platformFailure('ReleaseUnderWay', `v${stage.preparing} of ${app}`);
    if (stage.ending) throw platformFailure('ReleaseUnderWay', `${app} is being destroyed`);
    const current = stage.current === undefined ? undefined : await tx.get(releases, [app, account, stage.current]);
    const planned = change(current);
    const facts = { author: actor.name, at, ...(planned.description === undefined ? {} : { description: planned.description }) };
    const release = nextRelease(stage, current ?? nothing, planned.change, facts);
    const begun = { ...stage, next: release.number + 1, preparing: release.number };
    await tx.put(releases, release);
    await tx.put(stages, begun);
    await ports.audit(tx, { actor, action: 'release', app, account, detail: `v${release.number}: ${release.description}`, at });
    return { stage: begun, release };
  });
}

/** Rejects with NoSuchThing. */
export async function stageOf(from: Pick<Transaction, 'get'>, app: string, account: string): Promise<StoredStage> {
  const stage = await from.get(stages, [app, account]);
  if (!stage) throw platformFailure('NoSuchThing', `application ${app} in environment ${account}`);
  return stage;
}

/** The one moment in which everything changes: the pointer of the stage, and the aliases of all its functions. */
export async function switchTo(
  ports: Pick<PaasPorts, 'store' | 'pointAliases'>,
  release: Release,
  versions: Release['versions'],
): Promise<Release> {
  const { app, account, number } = release;
  const current: Release = { ...release, versions, state: 'current' };
  await ports.store.transact(async (tx) => {
    const { preparing: _, ...stage } = await stageOf(tx, app, account);
    const old = stage.current === undefined ? undefined : await tx.get(releases, [app, account, stage.current]);
    if (old) await tx.put(releases, { ...old, state: 'superseded' });
    await tx.put(releases, current);
    await tx.put(stages, { ...stage, current: number });
    await ports.pointAliases(tx, stage, movesTo(app, versions));
    await noteTakeover(tx, stage, number);
  });
  return current;
}

function movesTo(app: string, versions: Release['versions']) {
  return Object.entries(versions).map(([process, version]) => ({ function: functionName(app, process), alias: LIVE, version }));
}

/** What it may have changed already is put back: the weights of a canary here, $LATEST later, for the stage counts as not settled. */
export async function failRelease(
  ports: Pick<PaasPorts, 'store' | 'pointAliases'>,
  release: Release,
  failure: string,
): Promise<void> {
  const { app, account, number } = release;
  await ports.store.transact(async (tx) => {
    const { preparing: _, settled: __, ...stage } = await stageOf(tx, app, account);
    const found = await tx.get(releases, [app, account, number]);
    if (found?.state === 'preparing') await tx.put(releases, { ...found, state: 'failed', failure });
    await tx.put(stages, stage);
    const current = stage.current === undefined ? undefined : await tx.get(releases, [app, account, stage.current]);
    if (current && release.contents.checks.canary) await ports.pointAliases(tx, stage, movesTo(app, current.versions));
  });
}

/** Says that all of a release is in place, if it still is the one that runs. */
export async function noteSettled(ports: Pick<PaasPorts, 'store'>, { app, account, number }: Release): Promise<void> {
  await ports.store.transact(async (tx) => {
    const stage = await tx.get(stages, [app, account]);
    if (stage?.current === number) await tx.put(stages, { ...stage, settled: number });
  });
}
