import { z } from 'zod';
import { platformFailure } from '../../kernel/index.ts';
import { type ControlRoute, controlRoute } from '../../model/index.ts';
import { judgeOf } from '../people/roles.ts';
import type { EnvironmentDeps, Environments } from './environments.ts';
import { named } from './find.ts';

const newName = z.strictObject({ name: z.string().min(1).describe('a letter, then up to 30 of a-z, 0-9 and -') });

/** Environment. */
const environmentShown = z
  .strictObject({
    name: z.string(),
    account: z.string().describe('12 digits'),
    kind: z.enum(['named', 'review']),
    createdAt: z.number().describe('epoch ms'),
    review: z
      .strictObject({ app: z.string(), branch: z.string(), expiresAt: z.number() })
      .describe('what a review environment is of, and when it goes')
      .optional(),
  })
  .meta({ id: 'Environment' });

/** The control API of environments. Whoever has a role anywhere comes this far; each handler looks closer. */
export function environmentRoutes(deps: EnvironmentDeps, all: Omit<Environments, 'routes'>): ControlRoute[] {
  const { requireRole, store } = deps;
  /** Whoever may not change it learns nothing of whether it is there; first names, as new environments, are for owners of the platform. */
  const accountOf = async (name: string) => {
    const found = await named(store.read, name);
    return found === undefined ? {} : { account: found.account };
  };
  return [
    controlRoute({
      method: 'GET',
      path: '/environments',
      summary: 'environments that have a name, as far as the caller has to do with them',
      answer: z.strictObject({ environments: z.array(environmentShown) }),
      handle: async ({ actor }) => {
        const judge = await judgeOf(deps, actor);
        return { environments: (await all.list()).filter(({ account }) => judge.touches({ account })) };
      },
    }),
    controlRoute({
      method: 'POST',
      path: '/environments',
      summary: 'makes an environment with an account of its own: name',
      body: newName,
      answer: environmentShown,
      handle: async ({ actor, body }) => {
        await requireRole(actor, 'owner', {});
        return all.create(body, actor);
      },
    }),
    controlRoute({
      method: 'PUT',
      path: '/environments/:name',
      summary: 'gives an environment another name, or 12 digits their first: name',
      body: newName,
      answer: environmentShown,
      handle: async ({ actor, params: { name }, body }) => {
        await requireRole(actor, 'owner', await accountOf(name));
        return all.rename(name, body.name, actor);
      },
    }),
    controlRoute({
      method: 'DELETE',
      path: '/environments/:name',
      summary: 'takes an environment away that has no applications, with all roles in it: confirm=NAME',
      query: z.strictObject({ confirm: z.string().describe('its name').optional() }),
      answer: z.strictObject({ destroyed: z.string(), account: z.string(), kept: z.string() }),
      handle: async ({ actor, params: { name }, query }) => {
        await requireRole(actor, 'owner', await accountOf(name));
        if (query.confirm !== name) throw platformFailure('InvalidRequest', `say confirm=${name}: this cannot be undone`);
        const { account } = await all.destroy(name, actor);
        return { destroyed: name, account, kept: `what is in account ${account}, which nobody is given again` };
      },
    }),
  ];
}
