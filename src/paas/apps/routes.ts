import { isFailure, platformFailure } from '../../kernel/index.ts';
import {
  type Actor,
  type Application,
  type ControlRequest,
  type ControlRoute,
  effectiveProcesses,
  functionName,
  type ProcessOverrides,
  type Release,
  releaseDifferences,
} from '../../model/index.ts';
import { fieldsOf, namesField, objectField, optionalText, textField, textsField } from '../fields.ts';
import type { Released } from '../releases/releases.ts';
import { checkSource } from '../sources/sources.ts';
import { createApplication, destroyStage, developedHere, findApplication, listApplications, urlsOf } from './applications.ts';
import { planRoute } from './plan.ts';
import { findRole, promote } from './promote.ts';
import { numberOf, stageChange } from './request.ts';
import { rollbackRoutes } from './rollback.ts';
import {
  addSource,
  type ChangePorts,
  changeConfig,
  changeProcess,
  currentRelease,
  readConfig,
  removeSources,
} from './stage-changes.ts';

export interface AppRoutePorts extends ChangePorts {
  /** Called when the last stage of an application is gone, and when one was created: its repository. */
  readonly created: (app: Application) => Promise<void>;
  readonly destroyed: (app: string) => Promise<void>;
}

/** The control API of applications: an answer tells all that the command line shows. */
export function appRoutes(deps: AppRoutePorts): ControlRoute[] {
  return [
    ...applicationRoutes(deps),
    ...configRoutes(deps),
    ...releaseRoutes(deps),
    ...rollbackRoutes(deps, told),
    ...processRoutes(deps),
    planRoute(deps),
  ];
}

function applicationRoutes(deps: AppRoutePorts): ControlRoute[] {
  const { ports } = deps;
  return [
    {
      method: 'GET',
      path: '/apps',
      summary: 'applications of an environment, as far as the caller may read them',
      handle: async ({ place, actor }) => {
        const all = await listApplications(ports, place.account);
        const seen = await Promise.all(all.map(({ app, account }) => mayRead(deps, actor, { app, account })));
        return { apps: all.filter((_, i) => seen[i]) };
      },
    },
    {
      method: 'POST',
      path: '/apps',
      summary: 'creates an application here: name, role (ARN), branch (default main)',
      handle: async (request) => {
        const fields = fieldsOf(request.body, ['name', 'role', 'branch']);
        const wanted = {
          name: textField(fields, 'name'),
          role: textField(fields, 'role'),
          branch: optionalText(fields, 'branch') ?? 'main',
        };
        const { actor, place } = request;
        await ports.requireRole(actor, 'owner', { account: place.account });
        await findRole(ports, place, wanted.role);
        const made = await createApplication(ports, place, wanted, actor);
        await deps.created(made.application);
        return made;
      },
    },
    {
      method: 'GET',
      path: '/apps/:app',
      summary: 'an application: its release, processes, what is in development, and routes here',
      handle: async (request) => {
        const { app, account } = await stageChange(ports, request, 'reader');
        const found = await findApplication(ports, app, account);
        const release = shown(await currentRelease(deps, app, account));
        const developed = release?.processes.length ? [] : await developedHere(ports, app, account);
        return { ...found, release, developed, urls: await urlsOf(ports, app, account) };
      },
    },
    {
      method: 'DELETE',
      path: '/apps/:app',
      summary: 'takes an application out of an environment: functions, event sources, releases; confirm=APP',
      handle: async (request) => {
        const { app, account, actor, signal } = await stageChange(ports, request, 'owner');
        if (request.query.get('confirm') !== app)
          throw platformFailure('InvalidRequest', `say confirm=${app}: this cannot be undone`);
        const { stage } = await findApplication(ports, app, account);
        if (stage.preparing !== undefined) throw platformFailure('ReleaseUnderWay', `v${stage.preparing} of ${app}`);
        const destroy = () => destroyStage(ports, app, account, actor);
        if (await deps.releases.alone({ app, account }, signal, destroy)) await deps.destroyed(app);
        return { destroyed: app, kept: 'buckets, tables, queues, topics, streams and logs' };
      },
    },
  ];
}

async function mayRead({ ports }: AppRoutePorts, actor: Actor, on: { readonly app: string; readonly account: string }) {
  try {
    await ports.requireRole(actor, 'reader', on);
    return true;
  } catch (error) {
    if (isFailure(error, 'AccessDenied')) return false;
    throw error;
  }
}

function configRoutes(deps: AppRoutePorts): ControlRoute[] {
  const { ports } = deps;
  return [
    {
      method: 'GET',
      path: '/apps/:app/config',
      summary: 'configuration variables, with their values',
      handle: async (request) => {
        const { app, account } = await stageChange(ports, request, 'deployer');
        return { config: await readConfig(deps, app, account) };
      },
    },
    {
      method: 'PUT',
      path: '/apps/:app/config',
      summary: 'sets and removes variables in one release: set (name → value), unset (names)',
      handle: async (request) => {
        const fields = fieldsOf(request.body, ['set', 'unset']);
        const [set, unset] = [textsField(fields, 'set'), namesField(fields, 'unset')];
        const change = await stageChange(ports, request, 'deployer');
        return told(await changeConfig(deps, change, { set, unset }), change.lines);
      },
    },
    {
      method: 'DELETE',
      path: '/apps/:app/config',
      summary: 'removes all variables',
      handle: async (request) => {
        const change = await stageChange(ports, request, 'deployer');
        const unset = Object.keys(await readConfig(deps, change.app, change.account));
        return told(await changeConfig(deps, change, { set: {}, unset }), change.lines);
      },
    },
  ];
}

function releaseRoutes(deps: AppRoutePorts): ControlRoute[] {
  const { ports, releases } = deps;
  return [
    {
      method: 'GET',
      path: '/apps/:app/releases',
      summary: 'releases, newest first, fifty at a time: before=NUMBER',
      handle: async (request) => {
        const { app, account } = await stageChange(ports, request, 'reader');
        await findApplication(ports, app, account);
        const before = request.query.get('before');
        const list = await releases.list(app, account, before === null ? undefined : numberOf(before));
        return { releases: list.map((one) => shown(one)) };
      },
    },
    {
      method: 'GET',
      path: '/apps/:app/releases/:number',
      summary: 'one release',
      handle: async (request) => {
        const { app, account } = await stageChange(ports, request, 'reader');
        return shown(await releases.find(app, account, numberOf(request.params.number ?? '')));
      },
    },
    {
      method: 'GET',
      path: '/apps/:app/diff',
      summary: 'what differs between two releases: from, to',
      handle: async (request) => {
        const { app, account } = await stageChange(ports, request, 'reader');
        const release = (name: string) => releases.find(app, account, numberOf(request.query.get(name) ?? ''));
        return { differences: releaseDifferences(await release('from'), await release('to')) };
      },
    },
    {
      method: 'POST',
      path: '/apps/:app/promote',
      summary: 'brings what runs here to another environment: to, role (default the one of the same name there)',
      handle: async (request) => promoteTo(deps, request),
    },
  ];
}

async function promoteTo(deps: AppRoutePorts, request: ControlRequest) {
  const { ports } = deps;
  const fields = fieldsOf(request.body, ['to', 'role']);
  const environment = await ports.findEnvironment(textField(fields, 'to'));
  if (!environment)
    throw platformFailure('NoSuchThing', `environment ${String(fields.to)}`, {
      fields: { next: 'see what is there with: dalamb env' },
    });
  const change = await stageChange(ports, request, 'reader');
  const { account } = environment;
  await ports.requireRole(change.actor, 'deployer', { app: change.app, account });
  if (fields.role !== undefined) await ports.requireRole(change.actor, 'owner', { account }); // whoever names a role lends what it may
  const { missing, extra, ...released } = await promote(deps, change, environment.account, optionalText(fields, 'role'));
  return { ...told(released, change.lines), missing, extra };
}

function processRoutes(deps: AppRoutePorts): ControlRoute[] {
  const { ports } = deps;
  return [
    {
      method: 'PUT',
      path: '/apps/:app/processes/:process',
      summary: 'settings of a process: memoryMiB, timeoutSeconds, concurrency',
      handle: async (request) => {
        const overrides = fieldsOf(request.body, ['memoryMiB', 'timeoutSeconds', 'concurrency']) as ProcessOverrides;
        const change = await stageChange(ports, request, 'deployer');
        return told(await changeProcess(deps, change, request.params.process ?? '', overrides), change.lines);
      },
    },
    {
      method: 'POST',
      path: '/apps/:app/event-sources',
      summary: 'adds an event source to a process: process, source, where, settings',
      handle: async (request) => {
        const fields = fieldsOf(request.body, ['process', 'source', 'where', 'settings']);
        const [where, settings] = [objectField(fields, 'where'), objectField(fields, 'settings')];
        checkSource(textField(fields, 'source'), settings);
        const source = { source: textField(fields, 'source'), ...(where && { where }), ...(settings && { settings }) };
        const change = await stageChange(ports, request, 'deployer');
        return told(await addSource(deps, change, textField(fields, 'process'), source), change.lines);
      },
    },
    {
      method: 'DELETE',
      path: '/apps/:app/event-sources',
      summary: 'removes event sources of a process that were added by command: process, source (default all)',
      handle: async (request) => {
        const change = await stageChange(ports, request, 'deployer');
        const source = request.query.get('source') ?? undefined;
        return told(await removeSources(deps, change, request.query.get('process') ?? '', source), change.lines);
      },
    },
  ];
}

/** A release as it is shown: the sealed configuration by its names only. */
function shown(release: Release | undefined) {
  if (release === undefined) return undefined;
  const { config, contents, ...rest } = release;
  const processes = effectiveProcesses(contents).map((one) => ({ ...one, function: functionName(release.app, one.name) }));
  return { ...rest, config: Object.keys(config.digests).sort(), processes, resources: contents.resources };
}

function told({ release, urls }: Released, lines: readonly string[]) {
  return { release: shown(release), urls, lines };
}
