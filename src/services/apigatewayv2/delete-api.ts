import type { DeleteApiRequest } from '@aws-sdk/client-apigatewayv2';
import type { Collection } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { everyPart, ownApi } from './change-api.ts';
import { apis, authorizers, deployments, integrations, routes, snapshots, stages } from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';

interface Row {
  readonly api: string;
  readonly id: string;
}

const PARTS = [routes, integrations, authorizers, stages, deployments, snapshots] as unknown as readonly Collection<Row>[];

/** DeleteApi, with everything in it (spec/backends.md §12.1). */
export function deleteApi(deps: ApiGatewayDeps): Operation<DeleteApiRequest> {
  return async ({ ApiId }, context) => {
    await deps.store.transact(async (tx) => {
      const { api } = await ownApi(tx, context, ApiId ?? '');
      for (const part of PARTS) for (const { id } of await everyPart(tx, part, api)) await tx.delete(part, [api, id]);
      await tx.delete(apis, [api]);
    });
    return {};
  };
}
