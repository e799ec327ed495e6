import type { Operation } from '../../model/index.ts';
import { ownApi } from './change-api.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { kinds, partOf } from './parts.ts';
import { notFound } from './refusals.ts';

type Input = Readonly<Record<string, string | undefined>>;

/** Reads of what cannot be made here: none is there (DESIGN §6). Making them is answered NotImplemented by the gateway. */
export function unconfigured(deps: ApiGatewayDeps): Record<string, Operation> {
  const inApi = (answer: (input: Input) => object): Operation<Input> => {
    return async (input, context) => {
      await ownApi(deps.store.read, context, input.ApiId ?? '');
      return answer(input);
    };
  };
  const below = (name: 'Route' | 'Integration'): Operation<Input> => {
    return async (input, context) => {
      const { api } = await ownApi(deps.store.read, context, input.ApiId ?? '');
      await partOf(deps.store.read, name, [api, input[kinds[name].id] ?? '']);
      return { Items: [] };
    };
  };
  const table: Record<string, Operation<Input>> = {
    GetModels: inApi(() => ({ Items: [] })),
    GetModel: inApi(({ ModelId = '' }) => missing('Model', ModelId)),
    GetRouteResponses: below('Route'),
    GetIntegrationResponses: below('Integration'),
    GetDomainNames: async () => ({ Items: [] }),
    GetDomainName: async ({ DomainName = '' }) => missing('domain name', DomainName),
    GetVpcLinks: async () => ({ Items: [] }),
    GetVpcLink: async ({ VpcLinkId = '' }) => missing('VpcLink', VpcLinkId),
  };
  return table as Record<string, Operation>;
}

function missing(what: string, id: string): never {
  throw notFound(what, id);
}
