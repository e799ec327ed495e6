import { describe } from '../../kernel/index.ts';
import { functionArn, functionName, type Release } from '../../model/index.ts';
import { releases } from '../collections.ts';
import type { Settling } from './settling.ts';

/** Ms that a release waits for environments of its versions; who rolls back is in a hurry. */
const WARM_MS = { rollback: 500, other: 10_000 };

/**
 * Starts environments of new versions of functions that are in use before the alias moves, so that the calls which follow wait for none. What
 * cannot be started in time is started by a call. Rejects only with the signal's reason.
 */
export async function warmUp({ ports, stage, release, signal }: Settling, versions: Release['versions']): Promise<void> {
  const { handover, clock, logger } = ports;
  if (!handover || signal.aborted) return signal.throwIfAborted();
  const warm = async ([process, version]: [string, string]) => {
    const name = functionName(stage.app, process);
    await handover.warm(stage, name, version).catch((error) => {
      logger.warn('a version could not be started ahead', { function: name, version, error: describe(error) });
    });
  };
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(release.reason === 'rollback' ? WARM_MS.rollback : WARM_MS.other, resolve);
  const leave = () => resolve();
  signal.addEventListener('abort', leave);
  await Promise.race([promise, Promise.all(Object.entries(versions).map(warm))]);
  cancel();
  signal.removeEventListener('abort', leave);
  signal.throwIfAborted();
}

/** Environments of the versions that ran before end after their call: they would hold memory for nobody. */
export async function drain({ ports, stage }: Settling, { versions }: Release): Promise<void> {
  const { handover, store } = ports;
  if (!handover || stage.current === undefined) return;
  const { app, account, region } = stage;
  const before = await store.read.get(releases, [app, account, stage.current]);
  for (const [process, version] of Object.entries(before?.versions ?? {}))
    if (versions[process] !== version)
      handover.retire(functionArn(region, account, functionName(app, process)), undefined, version);
}
