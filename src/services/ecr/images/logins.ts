import { z } from 'zod';
import { fail } from '../../../kernel/index.ts';
import { type ControlRoute, controlRoute, fitsHost } from '../../../model/index.ts';
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

const USER = 'is a name without a colon';
const PASSWORD = 'is a text that is not empty';

/** RegistryLogin. */
const registryLogin = z.strictObject({ host: z.string(), user: z.string(), created: z.number().describe('epoch ms') });

/** As references name it. */
const hostParam = z.strictObject({
  host: z
    .string()
    .refine((text) => fitsHost(text.toLowerCase()), 'is HOST or HOST:PORT')
    .transform((text) => (dockerHub.includes(text.toLowerCase()) ? 'docker.io' : text.toLowerCase())),
});
const dockerHub = ['index.docker.io', 'registry-1.docker.io'];

/** Logins of an account at other registries, by the control API. Passwords go in and never come out. */
export function loginRoutes(deps: EcrDeps): ControlRoute[] {
  const { store, box, clock } = deps;
  return [
    controlRoute({
      method: 'GET',
      path: '/registries',
      summary: 'logins at registries, without their passwords',
      answer: z.strictObject({ registries: z.array(registryLogin) }),
      handle: async ({ place }) => {
        const { items } = await store.read.range(logins, { prefix: [place.account], limit: MOST_LOGINS });
        return { registries: items.map(({ host, user, created }) => ({ host, user, created })) };
      },
    }),
    controlRoute({
      method: 'PUT',
      path: '/registries/:host',
      summary: 'keeps a login at a registry: { user, password }',
      params: hostParam,
      body: z.strictObject({
        user: z
          .string({ error: USER })
          .max(1024)
          .regex(/^[^:\0]+$/, USER),
        password: z.string({ error: PASSWORD }).min(1, PASSWORD).max(65_536),
      }),
      answer: registryLogin,
      handle: async ({ place, params: { host }, body: { user, password } }) => {
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
    }),
    controlRoute({
      method: 'DELETE',
      path: '/registries/:host',
      summary: 'forgets a login at a registry',
      params: hostParam,
      answer: z.strictObject({ removed: z.string() }),
      handle: async ({ place, params: { host } }) => {
        if (!(await store.transact((tx) => tx.delete(logins, [place.account, host]))))
          throw fail('NoSuchThing', `there is no login at ${host}`, { status: 404 });
        return { removed: host };
      },
    }),
  ];
}
