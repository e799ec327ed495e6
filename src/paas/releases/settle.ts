import { allRows } from '../../kernel/index.ts';
import {
  type EventSource,
  effectiveProcesses,
  functionArn,
  functionName,
  LIVE,
  type Operate,
  type Process,
} from '../../model/index.ts';
import { devStages, type Placed, placed, releases, type StoredStage } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { isOurs, makeFunction, removeFunction } from './functions.ts';
import { realSource } from './resources.ts';
import { type Settling, settingsOf } from './settling.ts';
import { refuseTakenRoute } from './taken.ts';
import { goBackInStreams } from './takeovers.ts';

/**
 * Makes event sources, reserved concurrency and $LATEST of all functions be what the release says. Can be repeated, and goes on where it was
 * stopped. Resolves to the URLs of its HTTP routes.
 */
export async function settle(settling: Settling): Promise<readonly string[]> {
  const { ports, stage, release } = settling;
  const operate = ports.operateAt(stage);
  const processes = effectiveProcesses(release.contents);
  const settings = settingsOf(settling);
  await removeOthers(settling, processes);
  await freeFormer(settling, processes);
  const urls: string[] = [];
  for (const process of processes) {
    // $LATEST, for who invokes a function by its bare name: after a rollback or a release that failed it is behind or ahead.
    await makeFunction({ ...ports, operate }, settings(process), process.code, settling.signal);
    await reserve(operate, functionName(stage.app, process.name), process.concurrency);
    for (const source of process.sources) urls.push(...(await place(settling, process, source)));
  }
  await goBackInStreams(settling);
  return urls;
}

/** Recent releases that are asked which processes there were. */
const RECENT = 20;

/** Processes that are no more keep their functions, to be gone back to, but reserve nothing. */
async function freeFormer({ ports, stage }: Settling, processes: readonly Process[]): Promise<void> {
  const { app, account } = stage;
  const { items } = await ports.store.read.range(releases, { prefix: [app, account], reverse: true, limit: RECENT });
  const now = new Set(processes.map(({ name }) => name));
  const former = new Set(
    items.flatMap(({ contents }) => contents.processes.map(({ name }) => name)).filter((name) => !now.has(name)),
  );
  const operate = ports.operateAt(stage);
  for (const name of former) if (await isOurs(operate, app, name)) await reserve(operate, functionName(app, name), undefined);
}

/** The ARN that event sources name: code switches below it. */
export function liveArn({ region, account, app }: StoredStage, process: string): string {
  return functionArn(region, account, functionName(app, process), LIVE);
}

async function removeOthers({ ports, stage, resources }: Settling, processes: readonly Process[]): Promise<void> {
  const wanted = new Set(
    processes.flatMap(({ name, sources }) => sources.map((one) => `${name}\n${realSource(one.source, resources)}`)),
  );
  const { read } = ports.store;
  const inDevelopment = processes.length > 0 ? undefined : await read.get(devStages, [stage.app, stage.account]);
  const developed = inDevelopment?.processes ?? []; // a release of variables alone is about them too
  await removePlaced(ports, stage, ({ process, source }) => !wanted.has(`${process}\n${source}`) && !developed.includes(process));
}

async function removePlaced(ports: PaasPorts, stage: StoredStage, goes: (one: Placed) => boolean): Promise<void> {
  const { app, account } = stage;
  const { store, removeSource } = ports;
  for (const one of await allRows(store.read, placed, { prefix: [app, account] })) {
    if (!goes(one)) continue;
    const { process, source } = one;
    await removeSource(stage, liveArn(stage, process), { source });
    await store.transact((tx) => tx.delete(placed, [app, account, process, source]));
  }
}

async function place({ ports, stage, resources }: Settling, process: Process, asked: EventSource): Promise<readonly string[]> {
  const source = realSource(asked.source, resources);
  const row = { app: stage.app, account: stage.account, process: process.name, source };
  await ports.store.transact(async (tx) => {
    const before = await tx.get(placed, [row.app, row.account, row.process, source]);
    if (!before) await refuseTakenRoute(tx, stage, source);
    await tx.put(placed, { ...before, ...row });
  });
  const { made, url } = await ports.placeSource(stage, liveArn(stage, process.name), { ...asked, source });
  await ports.store.transact((tx) => tx.put(placed, { ...row, made, ...(url === undefined ? {} : { url }) }));
  return url === undefined ? [] : [url];
}

async function reserve(operate: Operate, FunctionName: string, concurrency: number | undefined): Promise<void> {
  const found = await operate<{ ReservedConcurrentExecutions?: number }>('lambda', 'GetFunctionConcurrency', { FunctionName });
  if (found.ReservedConcurrentExecutions === concurrency) return;
  if (concurrency === undefined) await operate('lambda', 'DeleteFunctionConcurrency', { FunctionName });
  else await operate('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions: concurrency });
}

/** Takes away all that belongs to a stage but its data: event sources and functions. What is gone already is fine. */
export async function unsettle({ ports, stage }: Pick<Settling, 'ports' | 'stage'>, processes: readonly string[]): Promise<void> {
  await removePlaced(ports, stage, () => true);
  for (const process of processes) await removeFunction(ports.operateAt(stage), stage.app, process);
}
