import { fail } from '../../../kernel/index.ts';
import { type ControlRoute, fitsHost, type RegistryList, type RegistryLogin } from '../../../model/index.ts';
import { logins } from '../collections.ts';
import type { EcrDeps } from '../deps.ts';
import type { Credentials } from './registry-client.ts';

const MOST_LOGINS = 100;
const purpose = (account: string, host: string) => `ecr.login ${account} ${host}`;

/** How an account logs in at another registry. */
export async function findLogin({ store, box }: EcrDeps, account: string, host: string): Promise<Credentials | undefined> {
  const login = await store.read.get(logins, [account, host]);
  const password = login && box.open(login.password, purpose(account, host));
  return login && password !== undefined ? { user: login.user, password } : undefined;
}

/** Logins of an account at other registries, by the control API. Passwords go in and never come out. */
export function loginRoutes(deps: EcrDeps): ControlRoute[] {
  const { store, box, clock } = deps;
  return [
    {
      method: 'GET',
      path: '/registries',
      summary: 'logins at registries, without their passwords',
      handle: async ({ place }): Promise<RegistryList> => {
        const { items } = await store.read.range(logins, { prefix: [place.account], limit: MOST_LOGINS });
        return { registries: items.map(({ host, user, created }) => ({ host, user, created })) };
      },
    },
    {
      method: 'PUT',
      path: '/registries/:host',
      summary: 'keeps a login at a registry: { user, password }',
      handle: async ({ place, params, body }): Promise<RegistryLogin> => {
        const { user, password } = readLogin(body);
        const host = hostOf(params.host!);
        const created = clock.now();
        const sealed = box.seal(password, purpose(place.account, host));
        await store.transact(async (tx) => {
          const before = await tx.get(logins, [place.account, host]);
          if (!before && (await tx.count(logins, [place.account])) >= MOST_LOGINS)
            throw fail('InvalidRequest', `an account has at most ${MOST_LOGINS} logins`);
          await tx.put(logins, { account: place.account, host, user, password: sealed, created });
        });
        return { host, user, created };
      },
    },
    {
      method: 'DELETE',
      path: '/registries/:host',
      summary: 'forgets a login at a registry',
      handle: async ({ place, params }) => {
        const host = hostOf(params.host!);
        if (!(await store.transact((tx) => tx.delete(logins, [place.account, host]))))
          throw fail('NoSuchThing', `there is no login at ${host}`, { status: 404 });
        return { removed: host };
      },
    },
  ];
}

/** As references name it. */
function hostOf(text: string): string {
  const host = text.toLowerCase();
  if (!fitsHost(host)) throw fail('InvalidRequest', `${JSON.stringify(text.slice(0, 200))} is no HOST or HOST:PORT`);
  return ['index.docker.io', 'registry-1.docker.io'].includes(host) ? 'docker.io' : host;
}

function readLogin(body: unknown): Credentials {
  const { user, password, ...unknown } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw fail('InvalidRequest', `a login has no ${name}`);
  if (typeof user !== 'string' || user === '' || user.length > 1024 || /[:\0]/.test(user))
    throw fail('InvalidRequest', 'user is a name without a colon');
  if (typeof password !== 'string' || password === '' || password.length > 65_536)
    throw fail('InvalidRequest', 'password is a text that is not empty');
  return { user, password };
}
