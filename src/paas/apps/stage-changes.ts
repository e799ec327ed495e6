import { z } from 'zod';
import { fail, platformFailure } from '../../kernel/index.ts';
import {
  type Actor,
  type EventSource,
  effectiveProcesses,
  type Process,
  type ProcessOverrides,
  type Release,
} from '../../model/index.ts';
import type { PaasPorts } from '../ports.ts';
import { type Config, openConfig, sealConfig } from '../releases/config.ts';
import type { PlannedChange } from '../releases/release-rows.ts';
import type { Released, Releases } from '../releases/releases.ts';
import { findApplication } from './applications.ts';

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
  return configOf(deps, await currentRelease(deps, app, account));
}

function configOf({ ports }: ChangePorts, current: Release | undefined): Config {
  return current === undefined ? {} : openConfig(ports.secrets, current.config);
}

/** Sets and removes variables: one release. Rejects with NoSuchThing when one to remove is not there, InvalidRequest when nothing would change. */
export function changeConfig(
  deps: ChangePorts,
  how: StageChange,
  { set, unset }: { readonly set: Config; readonly unset: readonly string[] },
): Promise<Released> {
  const words = [
    ...(Object.keys(set).length > 0 ? [`set ${Object.keys(set).join(', ')}`] : []),
    ...(unset.length > 0 ? [`unset ${unset.join(', ')}`] : []),
  ].join('; ');
  return release(deps, how, (current) => {
    const before = configOf(deps, current);
    const missing = unset.find((name) => before[name] === undefined);
    if (missing !== undefined) throw platformFailure('NoSuchThing', `variable ${missing}`);
    const kept = Object.entries(before).filter(([name]) => !unset.includes(name));
    const config = sealConfig(deps.ports.secrets, { ...Object.fromEntries(kept), ...set });
    if (words === '' || sameDigests(config.digests, current?.config.digests ?? {}))
      throw fail('InvalidRequest', 'this changes nothing');
    return { change: { reason: 'config', config }, description: words.charAt(0).toUpperCase() + words.slice(1) };
  });
}

function sameDigests(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** ProcessOverrides. */
export const processOverrides = z.strictObject({
  memoryMiB: z.int().min(128).max(10_240).optional(),
  timeoutSeconds: z.int().min(1).max(900).optional(),
  concurrency: z.int().min(0).max(100_000).optional(),
});

/** Sets memory, timeout or reserved concurrency of a process. Rejects with NoSuchThing, InvalidRequest. */
export function changeProcess(deps: ChangePorts, how: StageChange, name: string, overrides: ProcessOverrides): Promise<Released> {
  if (Object.keys(overrides).length === 0)
    throw fail('InvalidRequest', `say what to set: ${Object.keys(processOverrides.shape).join(', ')}`);
  return release(deps, how, (current) => {
    const process = processOf(how.app, current, name).name;
    return { change: { reason: 'resource', process, overrides } };
  });
}

/** Adds an event source to a process, or changes it. Rejects with NoSuchThing. */
export function addSource(deps: ChangePorts, how: StageChange, name: string, source: EventSource): Promise<Released> {
  return release(deps, how, (current) => {
    const process = processOf(how.app, current, name).name;
    const others = (current?.contents.added ?? []).filter((one) => one.process !== process || one.source !== source.source);
    const description = `Add ${source.source} to ${process}`;
    return { change: { reason: 'event-source', added: [...others, { process, ...source }] }, description };
  });
}

/** Removes one event source of a process that was added by command, or all; those of the manifest go with it. Rejects with NoSuchThing, InvalidRequest. */
export function removeSources(deps: ChangePorts, how: StageChange, name: string, source?: string): Promise<Released> {
  return release(deps, how, (current) => {
    const { name: process, sources } = processOf(how.app, current, name);
    const all = current?.contents.added ?? [];
    const added = all.filter((one) => one.process !== process || (source !== undefined && one.source !== source));
    if (added.length === all.length) {
      if (sources.some((one) => source === undefined || one.source === source))
        throw fail('InvalidRequest', `${source ?? 'they'} came with the repository: remove it from dalamb.toml and push`);
      throw platformFailure('NoSuchThing', `event source ${source ?? ''} of ${process}`);
    }
    const description = source === undefined ? `Clear the event sources of ${process}` : `Remove ${source} from ${process}`;
    return { change: { reason: 'event-source', added }, description };
  });
}

/** A process by its own name or its function's. */
function processOf(app: string, current: Release | undefined, name: string): Process {
  const known = current === undefined ? [] : effectiveProcesses(current.contents);
  const found = known.find((one) => one.name === name || `${app}-${one.name}` === name);
  if (!found) throw platformFailure('NoSuchThing', `process ${name} of ${app}`, { fields: { next: 'see them with: dalamb ps' } });
  return found;
}

/** One release of a stage. */
export function release(
  { releases }: Pick<ChangePorts, 'releases'>,
  how: StageChange,
  change: (current: Release | undefined) => PlannedChange,
): Promise<Released> {
  return releases.release({ ...how, change });
}
