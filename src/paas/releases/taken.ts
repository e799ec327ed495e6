import { allRows, platformFailure, type Transaction } from '../../kernel/index.ts';
import { effectiveProcesses } from '../../model/index.ts';
import { applications, placed, releases, type StoredStage, stages } from '../collections.ts';
import { realResources, realSource } from './resources.ts';
import type { Settling } from './settling.ts';

type Reader = Pick<Transaction, 'get' | 'range'>;

/**
 * What a release needs by names that are another application's in the same environment: names of `a-b` with its `c` and of `a` with its `b-c` meet,
 * and all HTTP routes lie in one API. Rejects with ReleaseFailed.
 */
export async function refuseTaken(settling: Settling): Promise<void> {
  const { ports, stage, release, resources } = settling;
  const { read } = ports.store;
  if (resources.length > 0) await refuseTakenResources(settling);
  const sources = effectiveProcesses(release.contents).flatMap((process) => process.sources);
  for (const { source } of sources) await refuseTakenRoute(read, stage, realSource(source, resources));
}

async function refuseTakenResources({ ports, stage, resources }: Settling): Promise<void> {
  const { read } = ports.store;
  const wanted = new Map(resources.map((one) => [`${one.kind} ${one.real}`, one]));
  const name = (await ports.findEnvironment(stage.account))?.name ?? stage.account;
  for (const other of await othersIn(read, stage)) {
    if (!(meet(other.app, stage.app) || meet(stage.app, other.app)) || other.current === undefined) continue;
    const release = await read.get(releases, [other.app, other.account, other.current]);
    const home = (await read.get(applications, [other.app]))?.home === other.account;
    for (const one of realResources(other.app, release?.contents.resources ?? [], { name, home })) {
      const mine = wanted.get(`${one.kind} ${one.real}`);
      if (mine)
        throw taken(
          `${mine.kind} ${mine.name} would be ${one.real}, which is ${one.name} of application ${other.app}: name it differently`,
        );
    }
  }
}

const meet = (shorter: string, longer: string) => longer.startsWith(`${shorter}-`);

/** Rejects with ReleaseFailed when a source is an HTTP route that another application of the environment has. */
export async function refuseTakenRoute(from: Reader, stage: StoredStage, source: string): Promise<void> {
  if (!source.startsWith('http:')) return;
  for (const { app, account } of await othersIn(from, stage)) {
    const theirs = await allRows(from, placed, { prefix: [app, account] });
    if (theirs.some((one) => one.source === source))
      throw taken(`${source} is a route of application ${app} in this environment`);
  }
}

async function othersIn(from: Reader, { app, account, region }: StoredStage): Promise<readonly StoredStage[]> {
  const all = await allRows(from, stages, { index: 'account', prefix: [account] });
  return all.filter((other) => other.app !== app && other.region === region);
}

const taken = (what: string) => platformFailure('ReleaseFailed', what);
