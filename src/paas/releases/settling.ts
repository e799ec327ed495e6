import type { Process, Release } from '../../model/index.ts';
import { applications, type StoredStage } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { openConfig } from './config.ts';
import { type FunctionSettings, functionSettings } from './function-settings.ts';
import { type RealResource, realResources, resourceVariables } from './resources.ts';

/** A release of a stage on its way, and what its parts need. */
export interface Settling {
  readonly ports: PaasPorts;
  readonly stage: StoredStage;
  readonly release: Release;
  /** Under the names that they really have in this environment. */
  readonly resources: readonly RealResource[];
  readonly signal: AbortSignal;
}

export async function settlingOf(
  ports: PaasPorts,
  { stage, release, signal }: Pick<Settling, 'stage' | 'release' | 'signal'>,
): Promise<Settling> {
  const environment = await ports.findEnvironment(stage.account);
  const application = await ports.store.read.get(applications, [stage.app]);
  const place = { name: environment?.name ?? stage.account, home: application?.home === stage.account };
  return { ports, stage, release, resources: realResources(stage.app, release.contents.resources, place), signal };
}

/** Shorter values hide more than they tell. */
const SECRET_LENGTH = 6;

/** What a function said, without the values of the configuration: failures are listed, and told to hosts of repositories. */
export function withoutValues({ ports, release }: Pick<Settling, 'ports' | 'release'>, said: string): string {
  const values = Object.values(openConfig(ports.secrets, release.config)).filter(({ length }) => length >= SECRET_LENGTH);
  const written = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]);
  return written.sort((a, b) => b.length - a.length).reduce((text, value) => text.replaceAll(value, '[hidden]'), said);
}

/** What each process of a release is as a function; the configuration is opened once for all. Throws SecretUnreadable. */
export function settingsOf({ ports, stage, release, resources }: Settling): (process: Process) => FunctionSettings {
  const variables = { config: openConfig(ports.secrets, release.config), resources: resourceVariables(stage, resources) };
  return (process) => functionSettings(stage, process, variables);
}
