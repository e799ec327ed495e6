import type { Reader } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { changeApi, deleteDeployment, everyPart } from './change-api.ts';
import { routes, stages } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { kinds, type PartName, partOf } from './parts.ts';
import { badRequest, conflict } from './refusals.ts';

type Input = Readonly<Record<string, string | undefined>>;

/** DeleteRoute, DeleteIntegration, DeleteAuthorizer, DeleteStage, DeleteDeployment (spec/backends.md §12.1); what is in use stays. */
export function deletePart(deps: ApiGatewayDeps, name: PartName): Operation<Input> {
  return async (input, context) => {
    await changeApi(deps, context, input.ApiId, async (tx, { api }) => {
      const { id } = await partOf(tx, name, [api, input[kinds[name].id] ?? '']);
      await inUse[name]?.(tx, api, id);
      if (name === 'Deployment') await deleteDeployment(tx, api, id);
      else await tx.delete(kinds[name].collection as never, [api, id]);
    });
    return {};
  };
}

type Check = (from: Reader, api: string, id: string) => Promise<void>;

const inUse: Partial<Record<PartName, Check>> = {
  Integration: async (from, api, id) => {
    const user = (await everyPart(from, routes, api)).find(({ settings }) => settings.Target === `integrations/${id}`);
    if (user) throw conflict(`Cannot delete Integration ${id}: it is referenced by route ${user.routeKey}`);
  },
  Authorizer: async (from, api, id) => {
    const user = (await everyPart(from, routes, api)).find(({ settings }) => settings.AuthorizerId === id);
    if (user) throw conflict(`Cannot delete Authorizer ${id}: it is referenced by route ${user.routeKey}`);
  },
  Deployment: async (from, api, id) => {
    const used = (await everyPart(from, stages, api)).some(({ deployment }) => deployment === id);
    if (used) throw badRequest('Active stages pointing to this deployment must be moved or deleted');
  },
};
