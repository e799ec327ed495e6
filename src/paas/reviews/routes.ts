import { z } from 'zod';
import { platformFailure } from '../../kernel/index.ts';
import { type ControlRoute, controlRoute } from '../../model/index.ts';
import { type AppRequest, stageChange } from '../apps/request.ts';
import { ownedApp, readApp } from '../webhooks/routes.ts';
import { type Review, reviews } from './collections.ts';
import type { ReviewPorts } from './ports.ts';
import type { ReviewTurns } from './reviews.ts';
import { baseOf, changeSettings, newSettings, settingsOf } from './settings.ts';

const PATH = '/apps/:app/reviews';
const SETTINGS = '/apps/:app/review-settings';

const ofBranch = z.strictObject({ branch: z.string().min(1) });

const reviewShown = z.strictObject({
  app: z.string(),
  branch: z.string(),
  environment: z.string(),
  account: z.string().describe('once the environment is made').optional(),
  number: z.int().describe('of its pull request').optional(),
  state: z.enum(['open', 'closing']),
  commit: z.string().optional(),
  release: z.int().optional(),
  urls: z.array(z.string()),
  failure: z.string().describe('why it is not as it should be').optional(),
  createdAt: z.number().describe('epoch ms'),
  expiresAt: z.number().describe('epoch ms'),
});

/** ReviewSettings. */
const settingsShown = z.strictObject({
  app: z.string(),
  appCreatedAt: z.number(),
  base: z.string(),
  omit: z.array(z.string()),
  days: z.int(),
});

/** The control API of review apps. */
export function reviewRoutes(deps: ReviewPorts, { open, close }: ReviewTurns): ControlRoute[] {
  const { ports } = deps;
  return [
    controlRoute({
      method: 'GET',
      path: PATH,
      summary: 'review apps: branches in environments of their own',
      answer: z.strictObject({ reviews: z.array(reviewShown) }),
      handle: async (request) => {
        const { app } = await readApp(ports, request);
        const { items } = await ports.store.read.range(reviews, { prefix: [app], limit: 1000 });
        return { reviews: items.map(shown) };
      },
    }),
    controlRoute({
      method: 'POST',
      path: PATH,
      summary: 'makes the review app of a branch, or brings it up to date: branch',
      body: ofBranch,
      answer: z.strictObject({ review: reviewShown }),
      handle: async (request) => {
        const { branch } = request.body;
        const { app, actor, signal } = await reviewer(ports, request);
        return { review: shown(await open({ app, branch, actor, signal })) };
      },
    }),
    controlRoute({
      method: 'DELETE',
      path: PATH,
      summary: 'destroys the review app of a branch, with its data: branch',
      query: ofBranch,
      answer: z.strictObject({ destroyed: z.string() }),
      handle: async (request) => {
        const { branch } = request.query;
        const { app, actor, signal } = await reviewer(ports, request);
        if (await close({ app, branch }, actor, signal)) return { destroyed: branch };
        const fields = { next: 'see them with: dalamb reviews' };
        throw platformFailure('NoSuchThing', `review app of ${branch.slice(0, 100)}`, { fields });
      },
    }),
    controlRoute({
      method: 'GET',
      path: SETTINGS,
      summary: 'what review apps begin with',
      answer: settingsShown,
      handle: async (request) => {
        const { app } = await readApp(ports, request);
        return settingsOf(ports, app);
      },
    }),
    controlRoute({
      method: 'PUT',
      path: SETTINGS,
      summary:
        'what review apps begin with: base (environment whose configuration is copied), omit (variables that are not), days (1 to 90)',
      body: newSettings,
      answer: settingsShown,
      handle: async (request) => {
        const { app, actor } = await ownedApp(ports, request);
        return changeSettings(ports, app, request.body, actor);
      },
    }),
  ];
}

/** Who makes one sees the configuration of its base: they must be allowed to. */
async function reviewer(ports: ReviewPorts['ports'], request: AppRequest) {
  const how = await stageChange(ports, request, 'deployer');
  const { stage } = await baseOf(ports, await settingsOf(ports, how.app));
  await ports.requireRole(how.actor, 'deployer', { app: how.app, account: stage.account });
  return how;
}

function shown({ leftovers: _, ...review }: Review) {
  return review;
}
