import { platformFailure } from '../../kernel/index.ts';
import type { ControlRequest, ControlRoute } from '../../model/index.ts';
import { stageChange } from '../apps/request.ts';
import { fieldsOf, textField } from '../fields.ts';
import { ownedApp, readApp } from '../webhooks/routes.ts';
import { type Review, reviews } from './collections.ts';
import type { ReviewPorts } from './ports.ts';
import type { ReviewTurns } from './reviews.ts';
import { baseOf, changeSettings, settingsOf } from './settings.ts';

const PATH = '/apps/:app/reviews';
const SETTINGS = '/apps/:app/review-settings';

/** The control API of review apps. */
export function reviewRoutes(deps: ReviewPorts, { open, close }: ReviewTurns): ControlRoute[] {
  const { ports } = deps;
  return [
    {
      method: 'GET',
      path: PATH,
      summary: 'review apps: branches in environments of their own',
      handle: async (request) => {
        const { app } = await readApp(ports, request);
        const { items } = await ports.store.read.range(reviews, { prefix: [app], limit: 1000 });
        return { reviews: items.map(shown) };
      },
    },
    {
      method: 'POST',
      path: PATH,
      summary: 'makes the review app of a branch, or brings it up to date: branch',
      handle: async (request) => {
        const branch = textField(fieldsOf(request.body, ['branch']), 'branch');
        const { app, actor, signal } = await reviewer(ports, request);
        return { review: shown(await open({ app, branch, actor, signal })) };
      },
    },
    {
      method: 'DELETE',
      path: PATH,
      summary: 'destroys the review app of a branch, with its data: branch',
      handle: async (request) => {
        const branch = request.query.get('branch') ?? '';
        const { app, actor, signal } = await reviewer(ports, request);
        if (await close({ app, branch }, actor, signal)) return { destroyed: branch };
        const fields = { next: 'see them with: dalamb reviews' };
        throw platformFailure('NoSuchThing', `review app of ${branch.slice(0, 100)}`, { fields });
      },
    },
    {
      method: 'GET',
      path: SETTINGS,
      summary: 'what review apps begin with',
      handle: async (request) => {
        const { app } = await readApp(ports, request);
        return settingsOf(ports, app);
      },
    },
    {
      method: 'PUT',
      path: SETTINGS,
      summary:
        'what review apps begin with: base (environment whose configuration is copied), omit (variables that are not), days (1 to 90)',
      handle: async (request) => {
        const change = fieldsOf(request.body, ['base', 'omit', 'days']);
        const { app, actor } = await ownedApp(ports, request);
        return changeSettings(ports, app, change, actor);
      },
    },
  ];
}

/** Who makes one sees the configuration of its base: they must be allowed to. */
async function reviewer(ports: ReviewPorts['ports'], request: ControlRequest) {
  const how = await stageChange(ports, request, 'deployer');
  const { stage } = await baseOf(ports, await settingsOf(ports, how.app));
  await ports.requireRole(how.actor, 'deployer', { app: how.app, account: stage.account });
  return how;
}

function shown({ leftovers: _, ...review }: Review) {
  return review;
}
