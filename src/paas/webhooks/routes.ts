import { z } from 'zod';
import { platformFailure } from '../../kernel/index.ts';
import { boundedRecord, type ControlRoute, controlRoute, type RoutedRequest, repositoryProviders } from '../../model/index.ts';
import { findApplication } from '../apps/applications.ts';
import { makeStage } from '../apps/promote.ts';
import { type AppRequest, stageChange } from '../apps/request.ts';
import { applications } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { deliveries, type RepositoryLink } from './collections.ts';
import { checkLink, connect, disconnect, hookPath, linkOf, secretsOf } from './links.ts';
import { accountOf } from './release-branch.ts';

export interface LinkRoutePorts {
  readonly ports: PaasPorts;
  readonly publicUrl: () => string;
}

const SHOWN = 50;
const PATH = '/apps/:app/repository';

const line = z.string().regex(/^[^\0-\x1f\x7f]{1,4096}$/, 'is one line');
const text = z.string().min(1);

const newRepository = z.strictObject({
  provider: z.enum(repositoryProviders),
  url: text.describe('as git clones it'),
  apiUrl: text.describe('of the host’s API; default as the provider has it').optional(),
  credentials: z
    .union([z.strictObject({ token: line }), z.strictObject({ user: line.regex(/^[^:]*$/, 'has no colon'), password: line })], {
      error: 'are a token, or user and password, each of one line',
    })
    .optional(),
  branches: boundedRecord(z.string()).default({}).describe('branch → environment'),
  reviews: z.boolean().default(false).describe('pull requests make review apps'),
});

const repositoryShown = z.strictObject({
  app: z.string(),
  provider: z.enum(repositoryProviders),
  url: z.string(),
  apiUrl: z.string(),
  branches: z.record(z.string(), z.string()),
  reviews: z.boolean(),
  credentials: z.enum(['token', 'user and password', 'none']),
  webhook: z.string().describe('its address'),
  createdAt: z.number().describe('epoch ms'),
  createdBy: z.string(),
});

const deliveryShown = z.strictObject({
  delivery: z.string().describe('as the host names it'),
  at: z.number().describe('epoch ms'),
  event: z.union([
    z.strictObject({ kind: z.literal('push'), branch: z.string(), sender: z.string() }),
    z.strictObject({
      kind: z.literal('pull'),
      action: z.enum(['open', 'close']),
      number: z.int(),
      branch: z.string(),
      fork: z.boolean(),
      sender: z.string(),
    }),
    z.strictObject({ kind: z.literal('ignored'), reason: z.string() }),
  ]),
  state: z.enum(['queued', 'done', 'failed', 'superseded', 'ignored']),
  detail: z.string().optional(),
  attempts: z.int(),
});

/** The control API of repositories elsewhere. */
export function repositoryRoutes(deps: LinkRoutePorts): ControlRoute[] {
  return [
    controlRoute({
      method: 'POST',
      path: PATH,
      summary:
        'connects a repository elsewhere: provider (github, gitlab, bitbucket, gitea), url, branches (branch → environment), reviews, apiUrl, credentials (token, or user and password); answers the webhook and its secret, shown this once',
      body: newRepository,
      answer: z.strictObject({ repository: repositoryShown, secret: z.string().describe('shown this once') }),
      handle: (request) => connectHere(deps, request),
    }),
    controlRoute({
      method: 'GET',
      path: PATH,
      summary: 'the repository elsewhere, and what its webhook told last',
      answer: z.strictObject({ repository: repositoryShown, deliveries: z.array(deliveryShown) }),
      handle: async (request) => {
        const { app } = await readApp(deps.ports, request);
        const link = await linkOf(deps.ports.store.read, app);
        const { items } = await deps.ports.store.read.range(deliveries, {
          index: 'app',
          prefix: [app],
          reverse: true,
          limit: SHOWN,
        });
        const own = items.filter(({ at }) => at >= link.createdAt); // the name may have been another application's
        const told = own.map(({ delivery, at, event, state, detail, attempts }) => ({
          ...{ delivery, at, event, state: state === 'open' ? ('queued' as const) : state, detail, attempts },
        }));
        return { repository: shown(deps, link), deliveries: told };
      },
    }),
    controlRoute({
      method: 'DELETE',
      path: PATH,
      summary: 'disconnects the repository elsewhere: its webhook is known no more; what runs stays',
      answer: z.strictObject({ disconnected: z.string() }),
      handle: async (request) => {
        const { app, actor } = await ownedApp(deps.ports, request);
        await disconnect(deps.ports, app, actor);
        return { disconnected: app };
      },
    }),
  ];
}

/** What belongs to the application and to none of its stages is shown to its home's readers, whichever environment the request names. */
export async function readApp(ports: PaasPorts, request: AppRequest) {
  const how = await stageChange(ports, request, 'reader');
  const application = await ports.store.read.get(applications, [how.app]);
  if (!application) throw platformFailure('NoSuchThing', `application ${how.app}`);
  await ports.requireRole(how.actor, 'reader', { app: how.app, account: application.home });
  return how;
}

/** Of the application itself, wherever it runs: its home's owners. */
export async function ownedApp(ports: PaasPorts, request: AppRequest) {
  const how = await stageChange(ports, request, 'reader');
  const { application } = await findApplication(ports, how.app, how.account);
  await ports.requireRole(how.actor, 'owner', { app: how.app, account: application.home });
  return { ...how, application };
}

/** Who connects must be allowed to release into each of the environments. Nothing is made before all that was said is known to hold. */
async function connectHere(
  deps: LinkRoutePorts,
  request: RoutedRequest<{ readonly app: string }, unknown, z.output<typeof newRepository>>,
) {
  const { ports } = deps;
  const { app, actor, account } = await ownedApp(ports, request);
  const wanted = request.body;
  checkLink(wanted);
  const accounts = new Set<string>();
  for (const name of Object.values(wanted.branches)) accounts.add(await accountOf(ports, name));
  for (const one of accounts) await ports.requireRole(actor, 'deployer', { app, account: one });
  for (const one of accounts) await makeStage(ports, { app, account, actor }, one, undefined);
  const { link, secret } = await connect(ports, app, wanted, actor);
  return { repository: shown(deps, link), secret };
}

/** A link as it is shown: of its credentials, only whether there are any. */
function shown({ ports, publicUrl }: LinkRoutePorts, link: RepositoryLink) {
  const { app, provider, url, api, branches, reviews, createdAt, createdBy } = link;
  const { credentials } = secretsOf(ports, link);
  const kind = credentials && ('token' in credentials ? ('token' as const) : ('user and password' as const));
  const webhook = `${publicUrl().replace(/\/+$/, '')}${hookPath(link)}`;
  return {
    app,
    provider,
    url,
    apiUrl: api,
    branches,
    reviews,
    credentials: kind ?? ('none' as const),
    webhook,
    createdAt,
    createdBy,
  };
}
