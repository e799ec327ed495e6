import {
  type EventSource,
  effectiveProcesses,
  functionArn,
  functionName,
  LIVE,
  type Operate,
  type Process,
  type Release,
} from '../../model/index.ts';
import { devStages, placed, type StoredStage } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { openConfig } from './config.ts';
import { functionSettings } from './function-settings.ts';
import { makeFunction, removeFunction } from './functions.ts';
import { type RealResource, realSource, resourceVariables } from './resources.ts';
import { refuseTakenRoute } from './taken.ts';

export interface Settling {
  readonly ports: PaasPorts;
  readonly stage: StoredStage;
  readonly release: Release;
  readonly resources: readonly RealResource[];
  readonly signal: AbortSignal;
}

/**
 * Makes event sources, reserved concurrency and $LATEST of all functions be what the release says. Can be repeated, and goes on where it was
 * stopped. Resolves to the URLs of its HTTP routes.
 */
export async function settle(settling: Settling): Promise<readonly string[]> {
  const { ports, stage, release } = settling;
  const operate = ports.operateAt(stage);
  const processes = effectiveProcesses(release.contents);
  await removeOthers(settling, processes);
  const urls: string[] = [];
  for (const process of processes) {
    await restoreLatest(settling, process);
    await reserve(operate, functionName(stage.app, process.name), process.concurrency);
    for (const source of process.sources) urls.push(...(await place(settling, process, source)));
  }
  return urls;
}

/** The ARN that event sources name: code switches below it. */
export function liveArn({ region, account, app }: StoredStage, process: string): string {
  return functionArn(region, account, functionName(app, process), LIVE);
}

async function removeOthers({ ports, stage, resources }: Settling, processes: readonly Process[]): Promise<void> {
  const wanted = new Set(
    processes.flatMap(({ name, sources }) => sources.map((one) => `${name}\n${realSource(one.source, resources)}`)),
  );
  const { store, removeSource } = ports;
  const { items } = await store.read.range(placed, { prefix: [stage.app, stage.account], limit: 1000 });
  const inDevelopment = processes.length > 0 ? undefined : await store.read.get(devStages, [stage.app, stage.account]);
  const developed = inDevelopment?.processes ?? []; // a release of variables alone is about them too
  for (const { process, source } of items) {
    if (wanted.has(`${process}\n${source}`) || developed.includes(process)) continue;
    await removeSource(stage, liveArn(stage, process), { source });
    await store.transact((tx) => tx.delete(placed, [stage.app, stage.account, process, source]));
  }
}

async function place({ ports, stage, resources }: Settling, process: Process, asked: EventSource): Promise<readonly string[]> {
  const source = realSource(asked.source, resources);
  const row = { app: stage.app, account: stage.account, process: process.name, source };
  await ports.store.transact(async (tx) => {
    if (!(await tx.get(placed, [row.app, row.account, row.process, source]))) await refuseTakenRoute(tx, stage, source);
    await tx.put(placed, row);
  });
  const { made, url } = await ports.placeSource(stage, liveArn(stage, process.name), { ...asked, source });
  await ports.store.transact((tx) => tx.put(placed, { ...row, made, ...(url === undefined ? {} : { url }) }));
  return url === undefined ? [] : [url];
}

/** For who invokes a function by its bare name; after a rollback or a release that failed it is behind or ahead. */
async function restoreLatest({ ports, stage, release, resources, signal }: Settling, process: Process): Promise<void> {
  const variables = { config: openConfig(ports.secrets, release.config), resources: resourceVariables(stage, resources) };
  const operate = ports.operateAt(stage);
  await makeFunction({ ...ports, operate }, functionSettings(stage, process, variables), process.code, signal);
}

async function reserve(operate: Operate, FunctionName: string, concurrency: number | undefined): Promise<void> {
  const found = await operate<{ ReservedConcurrentExecutions?: number }>('lambda', 'GetFunctionConcurrency', { FunctionName });
  if (found.ReservedConcurrentExecutions === concurrency) return;
  if (concurrency === undefined) await operate('lambda', 'DeleteFunctionConcurrency', { FunctionName });
  else await operate('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions: concurrency });
}

/** Takes away all that belongs to a stage but its data: event sources and functions. What is gone already is fine. */
export async function unsettle({ ports, stage }: Pick<Settling, 'ports' | 'stage'>, processes: readonly string[]): Promise<void> {
  const { store, removeSource } = ports;
  const operate = ports.operateAt(stage);
  const { items } = await store.read.range(placed, { prefix: [stage.app, stage.account], limit: 1000 });
  for (const { process, source } of items) {
    await removeSource(stage, liveArn(stage, process), { source });
    await store.transact((tx) => tx.delete(placed, [stage.app, stage.account, process, source]));
  }
  for (const process of processes) await removeFunction(operate, stage.app, process);
}
