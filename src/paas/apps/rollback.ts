import { z } from 'zod';
import { fail, platformFailure } from '../../kernel/index.ts';
import {
  type Answered,
  type ControlRoute,
  controlRoute,
  type Release,
  type ReleaseDifference,
  releaseDifferences,
} from '../../model/index.ts';
import type { Takeover } from '../collections.ts';
import type { Released } from '../releases/releases.ts';
import { takeoverFrom } from '../releases/takeovers.ts';
import { releasedShown, rollbackPlanShown } from './answers.ts';
import { findApplication } from './applications.ts';
import { releaseNumber, stageChange } from './request.ts';
import { type ChangePorts, currentRelease, release, type StageChange } from './stage-changes.ts';

/** What a rollback would do, and what it cannot. */
export interface RollbackPlan {
  readonly to: number;
  readonly differences: readonly ReleaseDifference[];
  /** Resources of the release that runs, whose data stays as it is: `bucket photos`. */
  readonly stays: readonly string[];
  /** Event sources that can be read again from where they were when the release ceased to run: `work kinesis:clicks`. */
  readonly streams: readonly string[];
}

/** GET tells, POST does: nobody is surprised by what a rollback leaves. */
export function rollbackRoutes(
  deps: ChangePorts,
  told: (released: Released, lines: readonly string[]) => Answered<z.input<typeof releasedShown>>,
): ControlRoute[] {
  const { ports } = deps;
  return [
    controlRoute({
      method: 'GET',
      path: '/apps/:app/rollback',
      summary: 'what a rollback would change and leave: to (number; default the one before)',
      query: z.strictObject({ to: releaseNumber.optional() }),
      answer: rollbackPlanShown,
      handle: async (request) => planOf(deps, await stageChange(ports, request, 'reader'), request.query.to),
    }),
    controlRoute({
      method: 'POST',
      path: '/apps/:app/rollback',
      summary: 'runs what an earlier release ran: to (number; default the one before), streams (true: they go back, too)',
      body: z.strictObject({
        to: z
          .union([z.int().min(1), releaseNumber], { error: 'is no release: v4' })
          .nullish()
          .describe('release; default the one before'),
        streams: z.boolean().default(false).describe('they go back, too'),
      }),
      answer: releasedShown,
      handle: async (request) => {
        const change = await stageChange(ports, request, 'deployer');
        const to = await releaseFor(deps, change, request.body.to ?? undefined);
        return told(await rollBack(deps, change, { to, streams: request.body.streams }), change.lines);
      },
    }),
  ];
}

async function planOf(deps: ChangePorts, { app, account }: StageChange, number: number | undefined): Promise<RollbackPlan> {
  const to = await releaseFor(deps, { app, account }, number);
  const current = (await currentRelease(deps, app, account))!;
  const takeover = await takeoverFrom(deps.ports.store.read, to);
  return {
    to: to.number,
    differences: releaseDifferences(current, to),
    stays: current.contents.resources.map(({ kind, name }) => `${kind} ${name}`),
    streams: (takeover?.streams ?? []).map(({ process, source }) => `${process} ${source}`),
  };
}

/** Runs what an earlier release ran: code, configuration, event sources, and where they were in streams. Rejects with NoSuchThing, InvalidRequest. */
async function rollBack(
  deps: ChangePorts,
  how: StageChange,
  { to, streams }: { readonly to: Release; readonly streams: boolean },
): Promise<Released> {
  const takeover = streams ? await knownTakeover(deps, to) : undefined;
  return release(deps, how, (current) => {
    if (to.number === current?.number) throw fail('InvalidRequest', `v${to.number} runs already`);
    return { change: { reason: 'rollback', to, ...(takeover && { streams: takeover.number }) } };
  });
}

async function knownTakeover({ ports }: ChangePorts, to: Release): Promise<Takeover> {
  const found = await takeoverFrom(ports.store.read, to);
  if (!found) throw fail('InvalidRequest', `v${to.number} read no stream when another release took over`);
  return found;
}

const SEE = 'see them with: dalamb releases';

/** The release that is asked for; default: what ran before. */
async function releaseFor(
  { ports, releases }: ChangePorts,
  { app, account }: Pick<StageChange, 'app' | 'account'>,
  number: number | undefined,
): Promise<Release> {
  const { stage } = await findApplication(ports, app, account);
  if (number !== undefined) {
    const found = await releases.find(app, account, number);
    if (found.state !== 'failed' && found.state !== 'preparing') return found;
    throw fail('InvalidRequest', `v${number} never ran: it is ${found.state}`);
  }
  for (let before = stage.current; before !== undefined; ) {
    const older = await releases.list(app, account, before);
    const found = older.find(({ state }) => state === 'superseded');
    if (found) return found;
    before = older.at(-1)?.number;
  }
  throw platformFailure('NoSuchThing', `release of ${app} before this one`, { fields: { next: SEE } });
}
