import { describe, isFailure, platformFailure } from '../../kernel/index.ts';
import { functionArn, functionName, type Release } from '../../model/index.ts';
import { releases, type StoredStage } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import type { Preparing } from './prepare.ts';
import { type Settling, withoutValues } from './settling.ts';

/** Characters of a failure. */
const MOST_SAID = 1000;
/** Ms that a release waits for environments of its versions; who rolls back is in a hurry. */
const WARM_MS = { rollback: 500, other: 10_000 };

/** Versions of a release that are started at a time, beyond what is in use. */
const AT_ONCE = 4;

/**
 * Starts environments of new versions before the alias moves, so that the calls which follow wait for none, and what cannot be initialised is
 * found out; what a rollback goes back to has run, and must not be proven. What is not started in time is started by a call. Rejects with
 * ReleaseFailed, and with the signal's reason.
 */
export async function warmUp(settling: Preparing, versions: Release['versions']): Promise<void> {
  const { ports, stage, release, signal, line } = settling;
  const { handover, clock } = ports;
  if (!handover || signal.aborted) return signal.throwIfAborted();
  const before = await versionsBefore(settling);
  const proven = (process: string, version: string) =>
    release.reason === 'rollback' || before[process] === version || release.contents.checks.startsAnyhow?.includes(process);
  const open = Object.entries(versions);
  const failures: string[] = [];
  const untried: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = async () => {
    for (let next = open.shift(); next; next = open.shift()) {
      const [process, version] = next;
      const { failure, unproven } = await warm(ports, stage, { process, version, least: proven(process, version) ? 0 : 1 });
      if (failure !== undefined) failures.push(failure);
      if (unproven) untried.push(process);
    }
  };
  const cancel = clock.after(release.reason === 'rollback' ? WARM_MS.rollback : WARM_MS.other, resolve);
  const leave = () => resolve();
  signal.addEventListener('abort', leave);
  await Promise.race([promise, Promise.all(Array.from({ length: AT_ONCE }, work))]);
  const late = open.splice(0).filter((one) => !proven(...one));
  cancel();
  signal.removeEventListener('abort', leave);
  signal.throwIfAborted();
  const unknown = [...untried, ...late.map(([process]) => process)];
  if (unknown.length > 0) line(`not tried before they are called, for want of memory or time: ${unknown.join(', ')}`);
  if (failures.length > 0) throw platformFailure('ReleaseFailed', withoutValues(settling, failures.join('; ')));
}

interface Version {
  readonly process: string;
  readonly version: string;
  readonly least: number;
}

interface Warmed {
  /** What its initialisation failed with. */
  readonly failure?: string;
  /** There was no memory to start it. */
  readonly unproven?: boolean;
}

async function warm({ handover, logger }: PaasPorts, stage: StoredStage, { process, version, least }: Version): Promise<Warmed> {
  const name = functionName(stage.app, process);
  try {
    const failure = await handover!.warm(stage, name, version, least);
    if (failure === undefined || least === 0) return {};
    return { failure: `${name} cannot be initialised: ${failure.slice(0, MOST_SAID)}` };
  } catch (error) {
    if (!isFailure(error, 'SandboxUnavailable'))
      logger.warn('a version could not be started ahead', { function: name, version, error: describe(error) });
    return { unproven: least > 0 };
  }
}

type Stage = Pick<Settling, 'ports' | 'stage'>;

/** Environments of the versions that ran before end after their call: they would hold memory for nobody. */
export async function drain(settling: Stage, versions: Release['versions']): Promise<void> {
  retire(settling, await versionsBefore(settling), versions);
}

/** The same with those of a release that failed. */
export async function giveUp(settling: Stage, versions: Release['versions']): Promise<void> {
  retire(settling, versions, await versionsBefore(settling));
}

async function versionsBefore({ ports, stage: { app, account, current } }: Stage): Promise<Release['versions']> {
  if (current === undefined) return {};
  return (await ports.store.read.get(releases, [app, account, current]))?.versions ?? {};
}

function retire({ ports, stage }: Stage, gone: Release['versions'], kept: Release['versions']): void {
  const { app, account, region } = stage;
  for (const [process, version] of Object.entries(gone))
    if (kept[process] !== version)
      ports.handover?.retire(functionArn(region, account, functionName(app, process)), undefined, version);
}
