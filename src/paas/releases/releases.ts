import { allRows, describe, isFailure, platformFailure, Rounds, type Service } from '../../kernel/index.ts';
import type { Actor, Release } from '../../model/index.ts';
import { destroyStage } from '../apps/applications.ts';
import { releases, type StoredStage, stages } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { canary } from './canary.ts';
import { drain, giveUp, warmUp } from './handover.ts';
import { pruneImages } from './images.ts';
import { prepare, smokeTest } from './prepare.ts';
import { pruneReleases } from './prune.ts';
import { type Begin, beginRelease, failRelease, noteSettled, switchTo } from './release-rows.ts';
import { settle } from './settle.ts';
import { type Settling, settlingOf } from './settling.ts';
import { createTurns } from './turns.ts';

export interface ReleaseOrder extends Begin {
  readonly line: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface Released {
  readonly release: Release;
  /** Of its HTTP routes. */
  readonly urls: readonly string[];
}

export interface Releases extends Service {
  /**
   * Prepare, switch, settle (docs/decisions/0012); one at a time for each stage, in order of arrival. Rejects with NoSuchThing, ReleaseUnderWay,
   * ReleaseFailed: then the release before runs on. What cannot be settled at once is tried again in the background, and said in a line.
   */
  readonly release: (order: ReleaseOrder) => Promise<Released>;
  /** Does something with a stage while no release of it is made, settled or pruned. Rejects as take of turns. */
  readonly alone: <T>(stage: Pick<StoredStage, 'app' | 'account'>, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;
  /** Rejects with NoSuchThing. */
  readonly find: (app: string, account: string, number: number) => Promise<Release>;
  /** Newest first, up to fifty; before: a number. */
  readonly list: (app: string, account: string, before?: number) => Promise<readonly Release[]>;
}

const PAGE = 50;
const AGAIN_MS = 30_000;
/** What is said of each failure, and needs no saying where releases are listed with their state. */
const FAILED = `${platformFailure('ReleaseFailed').message}: `;

export function createReleases(ports: PaasPorts): Releases {
  const turns = createTurns();
  const stopping = new AbortController();
  const { read } = ports.store;
  const key = ({ app, account }: Pick<StoredStage, 'app' | 'account'>) => `${app}\n${account}`;
  const rounds = new Rounds({
    clock: ports.clock,
    firstMs: 0,
    everyMs: AGAIN_MS,
    failed: (error) => ports.logger.error('releases could not be settled', { error: describe(error) }),
    async round(signal) {
      for (const stage of await allRows(ports.store.read, stages)) {
        if (signal.aborted) return;
        if (turns.busy(key(stage))) continue; // who works there wakes us afterwards
        await turns.take(key(stage), signal, () => tend(ports, stage, signal));
      }
    },
  });
  return {
    alone: (stage, signal, work) => turns.take(key(stage), signal, work),
    async find(app, account, number) {
      const found = await read.get(releases, [app, account, number]);
      const fields = { next: 'see them with: dalamb releases' };
      if (!found) throw platformFailure('NoSuchThing', `release v${number} of ${app} here`, { fields });
      return found;
    },
    async list(app, account, before) {
      const to = before === undefined ? {} : { to: [before] };
      return (await read.range(releases, { prefix: [app, account], ...to, reverse: true, limit: PAGE })).items;
    },
    async release(order) {
      const signal = AbortSignal.any([order.signal, stopping.signal]);
      try {
        return await turns.take(key(order), order.signal, () => releaseNow(ports, { ...order, signal }));
      } finally {
        rounds.wake();
      }
    },
    async start() {
      for (const stage of await allRows(read, stages)) await endInterrupted(ports, stage);
      await rounds.start();
    },
    async stop() {
      stopping.abort();
      await rounds.stop();
      await turns.idle();
    },
  };
}

async function releaseNow(ports: PaasPorts, order: ReleaseOrder): Promise<Released> {
  await endInterrupted(ports, order);
  const { stage, release } = await beginRelease(ports, order);
  let settling: Settling;
  let current: Release;
  let versions: Release['versions'] = {};
  try {
    settling = await settlingOf(ports, { stage, release, signal: order.signal });
    const preparing = { ...settling, line: order.line };
    const again = release.reason === 'rollback'; // its versions are there, and have run
    versions = again ? release.versions : await prepare(preparing);
    if (!again) await smokeTest(preparing, versions);
    await warmUp(preparing, versions);
    if (!again) await canary({ ...preparing, versions });
    current = await switchTo(ports, release, versions);
  } catch (error) {
    const failure = await abandon(ports, release, error, order.signal);
    await giveUp({ ports, stage }, versions);
    throw failure;
  }
  try {
    const urls = await settle({ ...settling, release: current });
    await noteSettled(ports, current);
    await drain(settling, versions);
    return { release: current, urls };
  } catch (error) {
    ports.logger.warn('a release could not be settled', { app: order.app, release: current.number, error: describe(error) });
    order.line(
      `event sources are not all in place yet, and are tried again: ${isFailure(error) ? error.message : 'see the log'}`,
    );
    return { release: current, urls: [] };
  }
}

/** Resolves to what the caller is told. */
async function abandon(ports: PaasPorts, release: Release, error: unknown, signal: AbortSignal): Promise<unknown> {
  const { app, number } = release;
  const cause = signal.aborted && !isFailure(error) ? signal.reason : error;
  const isStop = signal.aborted && !isFailure(cause);
  if (!isStop && !isFailure(cause)) ports.logger.error('a release failed', { app, release: number, error: describe(cause) });
  const unsaid = isStop ? 'it was stopped before it was ready' : 'a defect of dalamb; it is logged';
  const failure = isFailure(cause) ? cause.message : unsaid;
  await failRelease(ports, release, failure.startsWith(FAILED) ? failure.slice(FAILED.length) : failure);
  return isFailure(cause, 'ReleaseFailed') ? cause : platformFailure('ReleaseFailed', failure, { cause });
}

/** What nobody waits for: ends what was left half, settles what is not, removes what is too old. Nobody else works on the stage meanwhile. */
async function tend(ports: PaasPorts, { app, account }: StoredStage, signal: AbortSignal): Promise<void> {
  await endInterrupted(ports, { app, account });
  const stage = await ports.store.read.get(stages, [app, account]);
  if (!stage) return;
  if (stage.ending) return endAgain(ports, stage, stage.ending);
  if (stage.current !== undefined && stage.current !== stage.settled) await settleAgain(ports, stage, stage.current, signal);
  await pruneReleases(ports, stage);
  await pruneImages(ports, stage);
}

/** Whose turn it is finds a release on its way only when the process was killed in the middle of it, or its failure could not be written. */
async function endInterrupted(ports: PaasPorts, { app, account }: Pick<StoredStage, 'app' | 'account'>): Promise<void> {
  const { read } = ports.store;
  const stage = await read.get(stages, [app, account]);
  if (stage?.preparing === undefined) return;
  const release = await read.get(releases, [app, account, stage.preparing]);
  if (release) await failRelease(ports, release, 'dalamb was stopped in the middle of it');
}

/** A destroy that was killed, or failed, in the middle. Its repository goes with the next application of that name. */
async function endAgain(ports: PaasPorts, { app, account }: StoredStage, actor: Actor): Promise<void> {
  try {
    await destroyStage(ports, app, account, actor);
  } catch (error) {
    ports.logger.warn('an application could not be destroyed', { app, account, error: describe(error) });
  }
}

async function settleAgain(ports: PaasPorts, stage: StoredStage, number: number, signal: AbortSignal): Promise<void> {
  const release = await ports.store.read.get(releases, [stage.app, stage.account, number]);
  if (!release) return;
  try {
    await settle(await settlingOf(ports, { stage, release, signal }));
    await noteSettled(ports, release);
  } catch (error) {
    if (!signal.aborted)
      ports.logger.warn('a release could not be settled', { app: stage.app, release: number, error: describe(error) });
  }
}
