import { isFailure } from '../../kernel/index.ts';
import { functionName, type Operate, type Release } from '../../model/index.ts';
import { releases, type StoredStage } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';

/** Releases of a stage that can be gone back to. */
export const MOST_RELEASES = 100;
const AT_ONCE = 50;

/** Removes the oldest releases beyond a hundred, and the versions that only they named; the one that runs stays, however old it is. */
export async function pruneReleases(
  ports: Pick<PaasPorts, 'store' | 'operateAt'>,
  stage: StoredStage,
  most: number = MOST_RELEASES,
): Promise<void> {
  const { app, account, current } = stage;
  const { read } = ports.store;
  const prefix = [app, account];
  const old = await read.range(releases, { prefix, to: [stage.next - most], limit: AT_ONCE });
  const gone = old.items.filter(({ number }) => number !== current);
  if (gone.length === 0) return;
  const kept = await read.range(releases, { prefix, from: [stage.next - most], limit: most });
  const running = old.items.filter(({ number }) => number === current);
  const named = new Set([...kept.items, ...running].flatMap(versionsOf));
  for (const release of gone) {
    for (const version of versionsOf(release)) if (!named.has(version)) await removeVersion(ports.operateAt(stage), app, version);
    await ports.store.transact((tx) => tx.delete(releases, [app, account, release.number]));
  }
}

/** `PROCESS:VERSION` */
function versionsOf({ versions }: Release): readonly string[] {
  return Object.entries(versions).map(([process, version]) => `${process}:${version}`);
}

/** A version that an alias of somebody else's points to stays: it is theirs now. */
async function removeVersion(operate: Operate, app: string, named: string): Promise<void> {
  const [process = '', Qualifier] = named.split(':');
  try {
    await operate('lambda', 'DeleteFunction', { FunctionName: functionName(app, process), Qualifier });
  } catch (error) {
    if (!isFailure(error, 'ResourceNotFoundException') && !isFailure(error, 'ResourceConflictException')) throw error;
  }
}
