import { platformFailure } from '../../kernel/index.ts';
import type { ControlRoute } from '../../model/index.ts';
import { fieldsOf, textField } from '../fields.ts';
import { judgeOf } from '../people/roles.ts';
import type { EnvironmentDeps, Environments } from './environments.ts';
import { named } from './find.ts';

/** The control API of environments. Whoever has a role anywhere comes this far; each handler looks closer. */
export function environmentRoutes(deps: EnvironmentDeps, all: Omit<Environments, 'routes'>): ControlRoute[] {
  const { requireRole, store } = deps;
  /** Whoever may not change it learns nothing of whether it is there; first names, as new environments, are for owners of the platform. */
  const accountOf = async (name: string) => {
    const found = await named(store.read, name);
    return found === undefined ? {} : { account: found.account };
  };
  return [
    {
      method: 'GET',
      path: '/environments',
      summary: 'environments that have a name, as far as the caller has to do with them',
      handle: async ({ actor }) => {
        const judge = await judgeOf(deps, actor);
        return { environments: (await all.list()).filter(({ account }) => judge.touches({ account })) };
      },
    },
    {
      method: 'POST',
      path: '/environments',
      summary: 'makes an environment with an account of its own: name',
      handle: async ({ actor, body }) => {
        await requireRole(actor, 'owner', {});
        return all.create({ name: textField(fieldsOf(body, ['name']), 'name') }, actor);
      },
    },
    {
      method: 'PUT',
      path: '/environments/:name',
      summary: 'gives an environment another name, or 12 digits their first: name',
      handle: async ({ actor, params: { name = '' }, body }) => {
        const to = textField(fieldsOf(body, ['name']), 'name');
        await requireRole(actor, 'owner', await accountOf(name));
        return all.rename(name, to, actor);
      },
    },
    {
      method: 'DELETE',
      path: '/environments/:name',
      summary: 'takes an environment away that has no applications, with all roles in it: confirm=NAME',
      handle: async ({ actor, params: { name = '' }, query }) => {
        await requireRole(actor, 'owner', await accountOf(name));
        if (query.get('confirm') !== name) throw platformFailure('InvalidRequest', `say confirm=${name}: this cannot be undone`);
        const { account } = await all.destroy(name, actor);
        return { destroyed: name, account, kept: `what is in account ${account}, which nobody is given again` };
      },
    },
  ];
}
