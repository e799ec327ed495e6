import { timingSafeEqual } from 'node:crypto';
import type { RuntimeCatalogue } from './invoke/index.ts';
import { type Clock, fail } from './kernel/index.ts';
import type { ControlRoute, FindStoredKey, KeyCreated, KeyList, RuntimeList } from './model/index.ts';
import { sampleRoutes } from './paas/index.ts';
import { type Identities, issueAccessKey, keysOf, revokeAccessKey } from './services/iam/index.ts';

/** The part of the control API that is no room's own. */
export function platformRoutes(ports: {
  readonly runtimes: RuntimeCatalogue;
  readonly identities: Identities;
  readonly clock: Clock;
}): ControlRoute[] {
  return [...runtimeRoutes(ports.runtimes), ...keyRoutes(ports.identities), ...sampleRoutes(ports.clock)];
}

/** What functions can be written in here, and what is missing and how to get it. */
function runtimeRoutes({ entries, missing }: RuntimeCatalogue): ControlRoute[] {
  const list: RuntimeList = {
    runtimes: [
      ...[...entries.values()].map(({ name, version }) => ({ name, available: true, detail: version })),
      ...missing.map(({ name, reason }) => ({ name, available: false, detail: reason })),
    ],
  };
  return [{ method: 'GET', path: '/runtimes', summary: 'runtimes of this machine', handle: async () => list }];
}

/** Access keys of an account, for people and machines outside. */
function keyRoutes(identities: Identities): ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/keys',
      summary: 'access keys of an account, without their secrets',
      handle: async ({ place }): Promise<KeyList> => ({
        keys: (await keysOf(identities.store.read, place.account)).map(({ id, account, created }) => ({
          accessKeyId: id,
          account,
          created,
        })),
      }),
    },
    {
      method: 'POST',
      path: '/keys',
      summary: 'makes an access key; its secret is shown only here',
      handle: async ({ place }): Promise<KeyCreated> => {
        const { accessKeyId, secretAccessKey, account } = await issueAccessKey(identities, place.account);
        return { accessKeyId, secretAccessKey, account, token: `${accessKeyId}.${secretAccessKey}` };
      },
    },
    {
      method: 'DELETE',
      path: '/keys/:id',
      summary: 'revokes an access key',
      handle: async ({ place, params }) => {
        if (!(await revokeAccessKey(identities.store, place.account, params.id!)))
          throw fail('NoSuchEntity', `no key ${params.id} in account ${place.account}`, { status: 404 });
        return { revoked: params.id };
      },
    },
  ];
}

/** A bearer token is an access key and its secret, with a dot between; it opens its account's part of the control API. */
export function createVerifyToken(findStoredKey: FindStoredKey): (token: string) => Promise<string | undefined> {
  return async (token) => {
    const [id, given] = [token.slice(0, token.indexOf('.')), Buffer.from(token.slice(token.indexOf('.') + 1))];
    const key = await findStoredKey(id);
    const secret = Buffer.from(key?.secret ?? '');
    return key && secret.length === given.length && timingSafeEqual(secret, given) ? key.principal.account : undefined;
  };
}
