import { fail, platformFailure } from '../../kernel/index.ts';
import {
  type Actor,
  type EventSource,
  effectiveProcesses,
  type ProcessOverrides,
  type ProcessSource,
  type Release,
  type ReleaseChange,
} from '../../model/index.ts';
import { stages } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { type Config, openConfig, sealConfig } from '../releases/config.ts';
import type { Released, Releases } from '../releases/releases.ts';
import { checkRole, findApplication } from './applications.ts';

/** Who changes which stage, and where lines of what happens go. */
export interface StageChange {
  readonly app: string;
  readonly account: string;
  readonly actor: Actor;
  readonly line: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface ChangePorts {
  readonly ports: PaasPorts;
  readonly releases: Releases;
}

/** The release that runs; undefined before the first. Rejects with NoSuchThing when there is no such application here. */
export async function currentRelease(
  { ports, releases }: ChangePorts,
  app: string,
  account: string,
): Promise<Release | undefined> {
  const { stage } = await findApplication(ports, app, account);
  return stage.current === undefined ? undefined : releases.find(app, account, stage.current);
}

/** Rejects with NoSuchThing, SecretUnreadable. */
export async function readConfig(deps: ChangePorts, app: string, account: string): Promise<Config> {
  const current = await currentRelease(deps, app, account);
  return current === undefined ? {} : openConfig(deps.ports.secrets, current.config);
}

/** Sets and removes variables: one release. Rejects with NoSuchThing when one to remove is not there, InvalidRequest when nothing would change. */
export async function changeConfig(
  deps: ChangePorts,
  change: StageChange,
  { set, unset }: { readonly set: Config; readonly unset: readonly string[] },
): Promise<Released> {
  const before = await readConfig(deps, change.app, change.account);
  const missing = unset.find((name) => before[name] === undefined);
  if (missing !== undefined) throw platformFailure('NoSuchThing', `variable ${missing}`);
  const kept = Object.entries(before).filter(([name]) => !unset.includes(name));
  const config = { ...Object.fromEntries(kept), ...set };
  const done = [
    Object.keys(set).length > 0 && `set ${Object.keys(set).join(', ')}`,
    unset.length > 0 && `unset ${unset.join(', ')}`,
  ];
  const description = done.filter((one) => one !== false).join('; ');
  if (description === '') throw fail('InvalidRequest', 'this changes nothing');
  return release(deps, change, { reason: 'config', config: sealConfig(deps.ports.secrets, config) }, sentence(description));
}

const RANGES: Readonly<Record<keyof ProcessOverrides, readonly [number, number]>> = {
  memoryMiB: [128, 10_240],
  timeoutSeconds: [1, 900],
  concurrency: [0, 100_000],
};

/** Sets memory, timeout or reserved concurrency of a process. Rejects with NoSuchThing, InvalidRequest. */
export async function changeProcess(
  deps: ChangePorts,
  change: StageChange,
  process: string,
  overrides: ProcessOverrides,
): Promise<Released> {
  await checkProcess(deps, change, process);
  for (const [name, value] of Object.entries(overrides)) {
    const [least, most] = RANGES[name as keyof ProcessOverrides] ?? [1, 0];
    if (!Number.isInteger(value) || value < least || value > most)
      throw fail('InvalidRequest', `${name} is a whole number from ${least} to ${most}, not ${String(value)}`);
  }
  return release(deps, change, { reason: 'resource', process, overrides });
}

/** Adds an event source to a process, or changes it. Rejects with NoSuchThing. */
export async function addSource(deps: ChangePorts, change: StageChange, process: string, source: EventSource): Promise<Released> {
  await checkProcess(deps, change, process);
  const others = (await added(deps, change)).filter((one) => one.process !== process || one.source !== source.source);
  const description = `Add ${source.source} to ${process}`;
  return release(deps, change, { reason: 'event-source', added: [...others, { process, ...source }] }, description);
}

/** Removes event sources that were added by command; those of the manifest go with the manifest. Rejects with NoSuchThing, InvalidRequest. */
export async function removeSources(deps: ChangePorts, change: StageChange, process: string, source?: string): Promise<Released> {
  const found = await checkProcess(deps, change, process);
  const all = await added(deps, change);
  const left = all.filter((one) => one.process !== process || (source !== undefined && one.source !== source));
  if (left.length === all.length) {
    if (found.sources.some((one) => one.source === source))
      throw fail('InvalidRequest', `${source} is declared in the repository: remove it from dalamb.toml`);
    throw platformFailure('NoSuchThing', `event source ${source ?? ''} of ${process}`);
  }
  const description = source === undefined ? `Clear the event sources of ${process}` : `Remove ${source} from ${process}`;
  return release(deps, change, { reason: 'event-source', added: left }, description);
}

/** Runs what an earlier release ran: code, configuration, event sources. to: default the one before the current. Rejects with NoSuchThing, InvalidRequest. */
export async function rollBack(deps: ChangePorts, change: StageChange, to: number | undefined): Promise<Released> {
  const { app, account } = change;
  const { stage } = await findApplication(deps.ports, app, account);
  const target =
    to === undefined ? await previousRelease(deps, change, stage.current) : await deps.releases.find(app, account, to);
  if (target.number === stage.current) throw fail('InvalidRequest', `v${target.number} runs already`);
  if (target.state !== 'superseded') throw fail('InvalidRequest', `v${target.number} never ran: it is ${target.state}`);
  return release(deps, change, { reason: 'rollback', to: target });
}

async function previousRelease(
  { releases }: ChangePorts,
  { app, account }: StageChange,
  current: number | undefined,
): Promise<Release> {
  const before = current === undefined ? [] : await releases.list(app, account, current);
  const found = before.find(({ state }) => state === 'superseded');
  if (!found) throw platformFailure('NoSuchThing', `release of ${app} before this one`);
  return found;
}

export interface Promotion extends Released {
  /** Names that one environment has and the other has not. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/** Brings the code and declaration that run here to another environment, whose own configuration stays. Nothing is built. */
export async function promote(deps: ChangePorts, change: StageChange, to: string, role?: string): Promise<Promotion> {
  const current = await currentRelease(deps, change.app, change.account);
  if (!current || current.contents.processes.length === 0)
    throw fail('InvalidRequest', `${change.app} has no code here to promote`);
  if (to === change.account) throw fail('InvalidRequest', 'this is the environment that it runs in');
  await makeStage(deps.ports, change, to, role);
  const there = await readConfig(deps, change.app, to);
  const here = Object.keys(current.config.digests);
  const { processes, resources, checks } = current.contents;
  const built = { processes, resources, checks, ...(current.commit === undefined ? {} : { commit: current.commit }) };
  const description = `Promote v${current.number} of ${change.account}`;
  const released = await release(deps, { ...change, account: to }, { reason: 'promotion', built }, description);
  return {
    ...released,
    missing: here.filter((name) => there[name] === undefined),
    extra: Object.keys(there).filter((name) => !here.includes(name)),
  };
}

/** The stage in another environment, made when it is not there. role: default the one of the same name in that account. */
async function makeStage(
  ports: PaasPorts,
  { app, account, actor }: StageChange,
  to: string,
  role: string | undefined,
): Promise<void> {
  const { stage } = await findApplication(ports, app, account);
  const own = role ?? stage.role.replace(`::${account}:`, `::${to}:`);
  checkRole(own);
  const at = ports.clock.now();
  await ports.store.transact(async (tx) => {
    if (await tx.get(stages, [app, to])) return;
    await tx.put(stages, { app, account: to, region: stage.region, role: own, next: 1 });
    await ports.audit(tx, { actor, action: 'create', app, account: to, detail: `role ${own}`, at });
  });
}

async function checkProcess(deps: ChangePorts, { app, account }: StageChange, process: string) {
  const current = await currentRelease(deps, app, account);
  const known = current === undefined ? [] : effectiveProcesses(current.contents);
  const found = known.find(({ name }) => name === process || `${app}-${name}` === process);
  if (!found)
    throw platformFailure('NoSuchThing', `process ${process} of ${app}`, { fields: { next: 'see them with: dalamb ps' } });
  return found;
}

async function added(deps: ChangePorts, { app, account }: StageChange): Promise<readonly ProcessSource[]> {
  return (await currentRelease(deps, app, account))?.contents.added ?? [];
}

async function release(deps: ChangePorts, how: StageChange, change: ReleaseChange, description?: string): Promise<Released> {
  return deps.releases.release({ ...how, change, ...(description === undefined ? {} : { description }) });
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
