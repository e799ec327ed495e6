import { platformFailure } from '../../kernel/index.ts';
import { type ControlRequest, type ControlRoute, type RepositoryProvider, repositoryProviders } from '../../model/index.ts';
import { findApplication } from '../apps/applications.ts';
import { makeStage } from '../apps/promote.ts';
import { stageChange } from '../apps/request.ts';
import { applications } from '../collections.ts';
import { fieldsOf, flagField, objectField, optionalText, textField, textsField } from '../fields.ts';
import type { PaasPorts } from '../ports.ts';
import { deliveries, type LinkSecrets, type RepositoryLink } from './collections.ts';
import { checkLink, connect, disconnect, hookPath, linkOf, type NewLink, secretsOf } from './links.ts';
import { accountOf } from './release-branch.ts';

export interface LinkRoutePorts {
  readonly ports: PaasPorts;
  readonly publicUrl: () => string;
}

const SHOWN = 50;
const PATH = '/apps/:app/repository';

/** The control API of repositories elsewhere. */
export function repositoryRoutes(deps: LinkRoutePorts): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: PATH,
      summary:
        'connects a repository elsewhere: provider (github, gitlab, bitbucket, gitea), url, branches (branch → environment), reviews, apiUrl, credentials (token, or user and password); answers the webhook and its secret, shown this once',
      handle: (request) => connectHere(deps, request),
    },
    {
      method: 'GET',
      path: PATH,
      summary: 'the repository elsewhere, and what its webhook told last',
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
          ...{ delivery, at, event, state: state === 'open' ? 'queued' : state, detail, attempts },
        }));
        return { repository: shown(deps, link), deliveries: told };
      },
    },
    {
      method: 'DELETE',
      path: PATH,
      summary: 'disconnects the repository elsewhere: its webhook is known no more; what runs stays',
      handle: async (request) => {
        const { app, actor } = await ownedApp(deps.ports, request);
        await disconnect(deps.ports, app, actor);
        return { disconnected: app };
      },
    },
  ];
}

/** What belongs to the application and to none of its stages is shown to its home's readers, whichever environment the request names. */
export async function readApp(ports: PaasPorts, request: ControlRequest) {
  const how = await stageChange(ports, request, 'reader');
  const application = await ports.store.read.get(applications, [how.app]);
  if (!application) throw platformFailure('NoSuchThing', `application ${how.app}`);
  await ports.requireRole(how.actor, 'reader', { app: how.app, account: application.home });
  return how;
}

/** Of the application itself, wherever it runs: its home's owners. */
export async function ownedApp(ports: PaasPorts, request: ControlRequest) {
  const how = await stageChange(ports, request, 'reader');
  const { application } = await findApplication(ports, how.app, how.account);
  await ports.requireRole(how.actor, 'owner', { app: how.app, account: application.home });
  return { ...how, application };
}

/** Who connects must be allowed to release into each of the environments. Nothing is made before all that was said is known to hold. */
async function connectHere(deps: LinkRoutePorts, request: ControlRequest) {
  const { ports } = deps;
  const { app, actor, account } = await ownedApp(ports, request);
  const wanted = wantedOf(request.body);
  checkLink(wanted);
  const accounts = new Set<string>();
  for (const name of Object.values(wanted.branches)) accounts.add(await accountOf(ports, name));
  for (const one of accounts) await ports.requireRole(actor, 'deployer', { app, account: one });
  for (const one of accounts) await makeStage(ports, { app, account, actor }, one, undefined);
  const { link, secret } = await connect(ports, app, wanted, actor);
  return { repository: shown(deps, link), secret };
}

function wantedOf(body: unknown): NewLink {
  const fields = fieldsOf(body, ['provider', 'url', 'apiUrl', 'credentials', 'branches', 'reviews']);
  const apiUrl = optionalText(fields, 'apiUrl');
  const credentials = credentialsOf(objectField(fields, 'credentials'));
  return {
    provider: providerOf(textField(fields, 'provider')),
    url: textField(fields, 'url'),
    ...(apiUrl !== undefined && { apiUrl }),
    ...(credentials && { credentials }),
    branches: textsField(fields, 'branches'),
    reviews: flagField(fields, 'reviews'),
  };
}

function providerOf(text: string): RepositoryProvider {
  const found = repositoryProviders.find((one) => one === text);
  if (!found) throw platformFailure('InvalidRequest', `provider is one of ${repositoryProviders.join(', ')}`);
  return found;
}

/** Throws InvalidRequest; its text holds none of them. */
function credentialsOf(given: Readonly<Record<string, unknown>> | undefined): LinkSecrets['credentials'] {
  if (given === undefined) return undefined;
  const { token, user, password } = given;
  const names = Object.keys(given).join();
  const isLine = (text: unknown): text is string => typeof text === 'string' && /^[^\0-\x1f\x7f]{1,4096}$/.test(text);
  if (names === 'token' && isLine(token)) return { token };
  if (/^(user,password|password,user)$/.test(names) && isLine(user) && isLine(password) && !user.includes(':'))
    return { user, password };
  throw platformFailure('InvalidRequest', 'credentials are a token, or user and password, each of one line');
}

/** A link as it is shown: of its credentials, only whether there are any. */
function shown({ ports, publicUrl }: LinkRoutePorts, link: RepositoryLink) {
  const { app, provider, url, api, branches, reviews, createdAt, createdBy } = link;
  const { credentials } = secretsOf(ports, link);
  const kind = credentials && ('token' in credentials ? 'token' : 'user and password');
  const webhook = `${publicUrl().replace(/\/+$/, '')}${hookPath(link)}`;
  return { app, provider, url, apiUrl: api, branches, reviews, credentials: kind ?? 'none', webhook, createdAt, createdBy };
}
