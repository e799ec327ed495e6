import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { RuntimeCatalogue } from './invoke/index.ts';
import { type Clock, fail } from './kernel/index.ts';
import { type ControlRoute, controlRoute, type FindStoredKey, type RuntimeList } from './model/index.ts';
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
  return [
    controlRoute({
      ...{ method: 'GET', path: '/runtimes', summary: 'runtimes of this machine', answer: runtimeList },
      handle: async () => list,
    }),
  ];
}

const runtimeList = z.strictObject({
  runtimes: z.array(
    z.strictObject({
      name: z.string(),
      available: z.boolean(),
      detail: z.string().describe('its version, or what is missing and how to get it').optional(),
    }),
  ),
});

const keyList = z.strictObject({
  keys: z.array(z.strictObject({ accessKeyId: z.string(), account: z.string(), created: z.number().describe('epoch ms') })),
});

const keyCreated = z.strictObject({
  accessKeyId: z.string(),
  secretAccessKey: z.string().describe('shown this once'),
  account: z.string(),
  token: z.string().describe('bearer token of this API'),
});

/** Access keys of an account, for people and machines outside. */
function keyRoutes(identities: Identities): ControlRoute[] {
  return [
    controlRoute({
      method: 'GET',
      path: '/keys',
      summary: 'access keys of an account, without their secrets',
      answer: keyList,
      handle: async ({ place }) => ({
        keys: (await keysOf(identities.store.read, place.account)).map(({ id, account, created }) => ({
          accessKeyId: id,
          account,
          created,
        })),
      }),
    }),
    controlRoute({
      method: 'POST',
      path: '/keys',
      summary: 'makes an access key; its secret is shown only here',
      answer: keyCreated,
      handle: async ({ place }) => {
        const { accessKeyId, secretAccessKey, account } = await issueAccessKey(identities, place.account);
        return { accessKeyId, secretAccessKey, account, token: `${accessKeyId}.${secretAccessKey}` };
      },
    }),
    controlRoute({
      method: 'DELETE',
      path: '/keys/:id',
      summary: 'revokes an access key',
      answer: z.strictObject({ revoked: z.string() }),
      handle: async ({ place, params }) => {
        if (!(await revokeAccessKey(identities.store, place.account, params.id)))
          throw fail('NoSuchEntity', `no key ${params.id} in account ${place.account}`, { status: 404 });
        return { revoked: params.id };
      },
    }),
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
