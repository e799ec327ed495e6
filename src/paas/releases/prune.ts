import { allRows, isFailure } from '../../kernel/index.ts';
import { functionName, type Operate, type Release } from '../../model/index.ts';
import { devStages, releases, type StoredStage, takeovers } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { removeFunction } from './functions.ts';

/** Releases of a stage that can be gone back to. */
export const MOST_RELEASES = 100;
const AT_ONCE = 50;

/**
 * Removes the oldest releases beyond a hundred, and the versions and functions that only they named; the one that runs stays, however old it is.
 * The rows go last: what is killed in between is found again.
 */
export async function pruneReleases(
  ports: Pick<PaasPorts, 'store' | 'operateAt'>,
  stage: StoredStage,
  most: number = MOST_RELEASES,
): Promise<void> {
  const { app, account, current } = stage;
  const { read } = ports.store;
  const first = stage.next - most;
  if (first <= 1) return;
  const old = await read.range(releases, { prefix: [app, account], to: [first], limit: AT_ONCE });
  const gone = old.items.filter(({ number }) => number !== current);
  if (gone.length === 0) return;
  const operate = ports.operateAt(stage);
  const named = await namedBy(ports, stage, first);
  for (const version of new Set(gone.flatMap(versionsOf)))
    if (!named.versions.has(version)) await removeVersion(operate, app, version);
  for (const process of new Set(gone.flatMap(processesOf)))
    if (!named.processes.has(process)) await removeFunction(operate, app, process);
  await ports.store.transact(async (tx) => {
    for (const { number } of gone) {
      await tx.delete(releases, [app, account, number]);
      await tx.delete(takeovers, [app, account, number]);
    }
  });
}

/** What the releases from a number on, the one that runs, and development need. */
async function namedBy({ store: { read } }: Pick<PaasPorts, 'store'>, { app, account, current }: StoredStage, from: number) {
  const kept = await allRows(read, releases, { prefix: [app, account], from: [from] });
  const running = current === undefined ? undefined : await read.get(releases, [app, account, current]);
  const developed = await read.get(devStages, [app, account]);
  const all = running ? [...kept, running] : kept;
  return {
    versions: new Set(all.flatMap(versionsOf)),
    processes: new Set([...all.flatMap(processesOf), ...(developed?.processes ?? [])]),
  };
}

function processesOf({ contents }: Release): readonly string[] {
  return contents.processes.map(({ name }) => name);
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
