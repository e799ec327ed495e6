import { platformFailure, type Transaction } from '../../kernel/index.ts';
import { type Actor, apiOf, type RepositoryProvider } from '../../model/index.ts';
import { checkBranch } from '../branch-names.ts';
import { applications } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { type LinkSecrets, links, type RepositoryLink } from './collections.ts';

export interface NewLink {
  readonly provider: RepositoryProvider;
  readonly url: string;
  readonly apiUrl?: string;
  readonly credentials?: LinkSecrets['credentials'];
  /** Branch → name of an environment. */
  readonly branches: Readonly<Record<string, string>>;
  readonly reviews: boolean;
}

export const HOOKS = '/_dalamb/hooks/';
const MOST_BRANCHES = 50;
const SECRET_BYTES = 32;

export const hookPath = ({ app, id }: Pick<RepositoryLink, 'app' | 'id'>): string => `${HOOKS}${app}/${id}`;

/** Connects an application to a repository elsewhere, instead of any before. Resolves to the link and the secret of its webhook. Rejects with InvalidRequest. */
export async function connect(
  ports: PaasPorts,
  app: string,
  wanted: NewLink,
  actor: Actor,
): Promise<{ readonly link: RepositoryLink; readonly secret: string }> {
  const place = checkLink(wanted);
  const id = ports.ids.hex(16);
  const secret = `whsec_${Buffer.from(ports.ids.hex(SECRET_BYTES), 'hex').toString('base64')}`;
  const { provider, branches, reviews, credentials } = wanted;
  const at = ports.clock.now();
  const sealed = ports.secrets.seal(JSON.stringify({ secret, ...(credentials && { credentials }) }), purposeOf(id));
  const link: RepositoryLink = {
    ...{ app, id, provider, ...place, branches, reviews, sealed },
    createdAt: at,
    createdBy: actor.name,
  };
  await ports.store.transact(async (tx) => {
    await tx.put(links, link);
    await ports.audit(tx, { actor, action: 'repository:connect', app, detail: `${provider} ${place.url}`, at });
  });
  return { link, secret };
}

/** Rejects with NoSuchThing. */
export async function disconnect(ports: PaasPorts, app: string, actor: Actor): Promise<void> {
  await ports.store.transact(async (tx) => {
    const { url } = await linkOf(tx, app);
    await tx.delete(links, [app]);
    await ports.audit(tx, { actor, action: 'repository:disconnect', app, detail: url, at: ports.clock.now() });
  });
}

/** Undefined: there is none. One that is older than its application was made for another of the same name, and is none. */
export async function findLink(from: Pick<Transaction, 'get'>, app: string): Promise<RepositoryLink | undefined> {
  const link = await from.get(links, [app]);
  const application = link && (await from.get(applications, [app]));
  return application && application.createdAt <= link.createdAt ? link : undefined;
}

/** Rejects with NoSuchThing. */
export async function linkOf(from: Pick<Transaction, 'get'>, app: string): Promise<RepositoryLink> {
  const link = await findLink(from, app);
  if (!link) {
    const fields = { next: 'connect one with: dalamb repository:connect PROVIDER URL --branch main=ENVIRONMENT' };
    throw platformFailure('NoSuchThing', `repository elsewhere of ${app}`, { fields });
  }
  return link;
}

/** Throws SecretUnreadable. */
export function secretsOf({ secrets }: Pick<PaasPorts, 'secrets'>, { id, sealed, app }: RepositoryLink): LinkSecrets {
  const plain = secrets.open(sealed, purposeOf(id));
  if (plain === undefined) throw platformFailure('SecretUnreadable', `the credentials of ${app}'s repository`);
  return JSON.parse(plain) as LinkSecrets;
}

const purposeOf = (id: string) => `paas.repository ${id}`;

/** Where it leads, by what is wanted alone. Throws InvalidRequest. */
export function checkLink({
  provider,
  url: text,
  apiUrl,
  branches,
}: NewLink): Pick<RepositoryLink, 'url' | 'api' | 'repository'> {
  checkBranches(branches);
  const url = webUrl('url', text);
  const api = apiUrl === undefined ? apiOf(provider, url) : webUrl('apiUrl', apiUrl).href.replace(/\/+$/, '');
  const path = url.pathname.slice(mountOf(url, new URL(api)).length);
  const repository = decoded(path.replace(/^\/|\/$/g, '').replace(/\.git$/, ''));
  if (!/^[\w.~-]+(\/[\w.~-]+)+$/.test(repository) || repository.length > 200)
    throw platformFailure('InvalidRequest', `url ends with the repository's owner and name: https://github.com/OWNER/NAME`);
  return { url: url.href, api, repository };
}

/** Where a host of one's own lies below another path than `/`, its API tells. */
function mountOf(url: URL, api: URL): string {
  const mount = api.pathname.replace(/\/(api\/v\d+|2\.0)$/, '');
  return api.origin === url.origin && url.pathname.startsWith(`${mount}/`) ? mount : '';
}

function webUrl(name: string, text: string): URL {
  const url = URL.parse(text);
  if (
    text.length > 500 ||
    !url ||
    (url.protocol !== 'https:' && url.protocol !== 'http:') ||
    url.search !== '' ||
    url.hash !== ''
  )
    throw platformFailure('InvalidRequest', `${name} is an https:// or http:// address without ? and #`);
  if (url.username !== '' || url.password !== '')
    throw platformFailure(
      'InvalidRequest',
      `${name} has no user or password in it: give them as credentials, which are kept sealed`,
    );
  return url;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

function checkBranches(branches: Readonly<Record<string, string>>): void {
  const names = Object.keys(branches);
  if (names.length > MOST_BRANCHES) throw platformFailure('InvalidRequest', `branches has at most ${MOST_BRANCHES}`);
  for (const name of names) checkBranch(name);
}
