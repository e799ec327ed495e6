import type { Operation } from '../../model/index.ts';
import { ownApi } from './change-api.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { listPage } from './paging.ts';
import { kinds, type PartName, partOf, type Rows } from './parts.ts';

type Input = Readonly<Record<string, string | undefined>>;

/** GetRoute, GetIntegration, GetAuthorizer, GetStage, GetDeployment (spec/backends.md §12.1). */
export function getPart<Name extends PartName>(deps: ApiGatewayDeps, name: Name): Operation<Input> {
  return async (input, context) => {
    const { api } = await ownApi(deps.store.read, context, input.ApiId ?? '');
    const row: Rows[Name] = await partOf(deps.store.read, name, [api, input[kinds[name].id] ?? '']);
    return kinds[name].shown(row);
  };
}

/** GetRoutes and its sisters: by id, a page at a time. */
export function getParts<Name extends PartName>(deps: ApiGatewayDeps, name: Name): Operation<Input> {
  return async (input, context) => {
    const { api } = await ownApi(deps.store.read, context, input.ApiId ?? '');
    const { collection, shown } = kinds[name];
    const { items, NextToken } = await listPage<Rows[Name]>(deps.store.read, { in: collection, prefix: [api] }, input);
    return { Items: items.map(shown), NextToken };
  };
}
