import { z } from 'zod';
import { isFailure, platformFailure } from '../../kernel/index.ts';
import {
  type Actor,
  type Application,
  boundedRecord,
  type ControlRoute,
  controlRoute,
  effectiveProcesses,
  functionName,
  type Release,
  type RoutedRequest,
  releaseDifferences,
} from '../../model/index.ts';
import type { Released } from '../releases/releases.ts';
import { checkSource } from '../sources/sources.ts';
import {
  applicationDetail,
  applicationHere,
  differencesShown,
  promotedShown,
  releasedShown,
  releaseShown,
  stageShown,
} from './answers.ts';
import { createApplication, destroyStage, developedHere, findApplication, listApplications, urlsOf } from './applications.ts';
import { planRoute } from './plan.ts';
import { findRole, promote } from './promote.ts';
import { releaseNumber, stageChange } from './request.ts';
import { rollbackRoutes } from './rollback.ts';
import {
  addSource,
  type ChangePorts,
  changeConfig,
  changeProcess,
  currentRelease,
  processOverrides,
  readConfig,
  removeSources,
} from './stage-changes.ts';

export interface AppRoutePorts extends ChangePorts {
  /** Called when the last stage of an application is gone, and when one was created: its repository. */
  readonly created: (app: Application) => Promise<void>;
  readonly destroyed: (app: string) => Promise<void>;
}

const text = z.string().min(1);
const anyObject = boundedRecord(z.unknown());
const promotion = z.strictObject({ to: text.describe('environment'), role: text.describe('ARN').optional() });

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
    controlRoute({
      method: 'GET',
      path: '/apps',
      summary: 'applications of an environment, as far as the caller may read them',
      answer: z.strictObject({ apps: z.array(stageShown) }),
      handle: async ({ place, actor }) => {
        const all = await listApplications(ports, place.account);
        const seen = await Promise.all(all.map(({ app, account }) => mayRead(deps, actor, { app, account })));
        return { apps: all.filter((_, i) => seen[i]) };
      },
    }),
    controlRoute({
      method: 'POST',
      path: '/apps',
      summary: 'creates an application here: name, role (ARN), branch (default main)',
      body: z.strictObject({ name: text, role: text.describe('ARN'), branch: text.default('main') }),
      answer: applicationHere,
      handle: async ({ actor, place, body: wanted }) => {
        await ports.requireRole(actor, 'owner', { account: place.account });
        await findRole(ports, place, wanted.role);
        const made = await createApplication(ports, place, wanted, actor);
        await deps.created(made.application);
        return made;
      },
    }),
    controlRoute({
      method: 'GET',
      path: '/apps/:app',
      summary: 'an application: its release, processes, what is in development, and routes here',
      answer: applicationDetail,
      handle: async (request) => {
        const { app, account } = await stageChange(ports, request, 'reader');
        const found = await findApplication(ports, app, account);
        const current = await currentRelease(deps, app, account);
        const release = current && shown(current);
        const developed = release?.processes.length ? [] : await developedHere(ports, app, account);
        return { ...found, release, developed, urls: await urlsOf(ports, app, account) };
      },
    }),
    controlRoute({
      method: 'DELETE',
      path: '/apps/:app',
      summary: 'takes an application out of an environment: functions, event sources, releases; confirm=APP',
      query: z.strictObject({ confirm: z.string().describe('its name').optional() }),
      answer: z.strictObject({ destroyed: z.string(), kept: z.string() }),
      handle: async (request) => {
        const { app, account, actor, signal } = await stageChange(ports, request, 'owner');
        if (request.query.confirm !== app) throw platformFailure('InvalidRequest', `say confirm=${app}: this cannot be undone`);
        const { stage } = await findApplication(ports, app, account);
        if (stage.preparing !== undefined) throw platformFailure('ReleaseUnderWay', `v${stage.preparing} of ${app}`);
        const destroy = () => destroyStage(ports, app, account, actor);
        if (await deps.releases.alone({ app, account }, signal, destroy)) await deps.destroyed(app);
        return { destroyed: app, kept: 'buckets, tables, queues, topics, streams and logs' };
      },
    }),
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
    controlRoute({
      method: 'GET',
      path: '/apps/:app/config',
      summary: 'configuration variables, with their values',
      answer: z.strictObject({ config: z.record(z.string(), z.string()) }),
      handle: async (request) => {
        const { app, account } = await stageChange(ports, request, 'deployer');
        return { config: await readConfig(deps, app, account) };
      },
    }),
    controlRoute({
      method: 'PUT',
      path: '/apps/:app/config',
      summary: 'sets and removes variables in one release: set (name → value), unset (names)',
      body: z.strictObject({ set: boundedRecord(z.string()).default({}), unset: z.array(text).max(1000).default([]) }),
      answer: releasedShown,
      handle: async (request) => {
        const { set, unset } = request.body;
        const change = await stageChange(ports, request, 'deployer');
        return told(await changeConfig(deps, change, { set, unset: [...new Set(unset)] }), change.lines);
      },
    }),
    controlRoute({
      method: 'DELETE',
      path: '/apps/:app/config',
      summary: 'removes all variables',
      answer: releasedShown,
      handle: async (request) => {
        const change = await stageChange(ports, request, 'deployer');
        const unset = Object.keys(await readConfig(deps, change.app, change.account));
        return told(await changeConfig(deps, change, { set: {}, unset }), change.lines);
      },
    }),
  ];
}

function releaseRoutes(deps: AppRoutePorts): ControlRoute[] {
  const { ports, releases } = deps;
  return [
    controlRoute({
      method: 'GET',
      path: '/apps/:app/releases',
      summary: 'releases, newest first, fifty at a time: before=NUMBER',
      query: z.strictObject({ before: releaseNumber.optional() }),
      answer: z.strictObject({ releases: z.array(releaseShown) }),
      handle: async (request) => {
        const { app, account } = await stageChange(ports, request, 'reader');
        await findApplication(ports, app, account);
        const list = await releases.list(app, account, request.query.before);
        return { releases: list.map(shown) };
      },
    }),
    controlRoute({
      method: 'GET',
      path: '/apps/:app/releases/:number',
      summary: 'one release',
      params: z.strictObject({ number: releaseNumber }),
      answer: releaseShown,
      handle: async (request) => {
        const { app, account } = await stageChange(ports, request, 'reader');
        return shown(await releases.find(app, account, request.params.number));
      },
    }),
    controlRoute({
      method: 'GET',
      path: '/apps/:app/diff',
      summary: 'what differs between two releases: from, to',
      query: z.strictObject({ from: releaseNumber, to: releaseNumber }),
      answer: z.strictObject({ differences: differencesShown }),
      handle: async (request) => {
        const { app, account } = await stageChange(ports, request, 'reader');
        const { from, to } = request.query;
        const [before, after] = [await releases.find(app, account, from), await releases.find(app, account, to)];
        return { differences: releaseDifferences(before, after) };
      },
    }),
    controlRoute({
      method: 'POST',
      path: '/apps/:app/promote',
      summary: 'brings what runs here to another environment: to, role (default the one of the same name there)',
      body: promotion,
      answer: promotedShown,
      handle: async (request) => promoteTo(deps, request),
    }),
  ];
}

type PromotionRequest = RoutedRequest<{ readonly app: string }, unknown, z.output<typeof promotion>>;

async function promoteTo(deps: AppRoutePorts, request: PromotionRequest) {
  const { ports } = deps;
  const { to, role } = request.body;
  const environment = await ports.findEnvironment(to);
  if (!environment)
    throw platformFailure('NoSuchThing', `environment ${to}`, {
      fields: { next: 'see what is there with: dalamb env' },
    });
  const change = await stageChange(ports, request, 'reader');
  const { account } = environment;
  await ports.requireRole(change.actor, 'deployer', { app: change.app, account });
  if (role !== undefined) await ports.requireRole(change.actor, 'owner', { account }); // whoever names a role lends what it may
  const { missing, extra, ...released } = await promote(deps, change, environment.account, role);
  return { ...told(released, change.lines), missing, extra };
}

function processRoutes(deps: AppRoutePorts): ControlRoute[] {
  const { ports } = deps;
  return [
    controlRoute({
      method: 'PUT',
      path: '/apps/:app/processes/:process',
      summary: 'settings of a process: memoryMiB, timeoutSeconds, concurrency',
      body: processOverrides,
      answer: releasedShown,
      handle: async (request) => {
        const change = await stageChange(ports, request, 'deployer');
        return told(await changeProcess(deps, change, request.params.process, request.body), change.lines);
      },
    }),
    controlRoute({
      method: 'POST',
      path: '/apps/:app/event-sources',
      summary: 'adds an event source to a process: process, source, where, settings',
      body: z.strictObject({
        process: text,
        source: text,
        where: anyObject.describe('what the events must look like').optional(),
        settings: anyObject.describe('of a mapping, in AWS’s names').optional(),
      }),
      answer: releasedShown,
      handle: async (request) => {
        const { process, ...source } = request.body;
        checkSource(source.source, source.settings);
        const change = await stageChange(ports, request, 'deployer');
        return told(await addSource(deps, change, process, source), change.lines);
      },
    }),
    controlRoute({
      method: 'DELETE',
      path: '/apps/:app/event-sources',
      summary: 'removes event sources of a process that were added by command: process, source (default all)',
      query: z.strictObject({ process: text, source: text.describe('default all').optional() }),
      answer: releasedShown,
      handle: async (request) => {
        const change = await stageChange(ports, request, 'deployer');
        const { process, source } = request.query;
        return told(await removeSources(deps, change, process, source), change.lines);
      },
    }),
  ];
}

/** A release as it is shown: the sealed configuration by its names only. */
function shown(release: Release) {
  const { config, contents, ...rest } = release;
  const processes = effectiveProcesses(contents).map((one) => ({ ...one, function: functionName(release.app, one.name) }));
  return { ...rest, config: Object.keys(config.digests).sort(), processes, resources: contents.resources };
}

function told({ release, urls }: Released, lines: readonly string[]) {
  return { release: shown(release), urls, lines };
}
