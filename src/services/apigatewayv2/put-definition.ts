import type { Transaction } from '../../kernel/index.ts';
import { newPartId } from './change-api.ts';
import { authorizers, integrations, type StoredAuthorizer, type StoredIntegration, type StoredRoute } from './collections.ts';
import { putRoute } from './create-route.ts';
import type { ApiGatewayDeps } from './deps.ts';
import type { Definition } from './openapi-read.ts';

export interface Parts {
  readonly authorizers: readonly StoredAuthorizer[];
  readonly integrations: readonly StoredIntegration[];
  readonly routes: readonly StoredRoute[];
}

/** What a definition becomes in an API, with new ids; integrations that are alike are one. */
export function partsOfDefinition(deps: ApiGatewayDeps, api: string, definition: Definition): Parts {
  const judges = new Map([...definition.authorizers].map(([name, settings]) => [name, { api, id: newPartId(deps), settings }]));
  const targets = new Map<string, StoredIntegration>();
  const made = definition.routes.map(({ settings, integration, authorizer }): StoredRoute => {
    const key = JSON.stringify(integration);
    if (integration && !targets.has(key)) targets.set(key, { api, id: newPartId(deps), settings: integration });
    const Target = integration && `integrations/${targets.get(key)!.id}`;
    const AuthorizerId = authorizer === undefined ? undefined : judges.get(authorizer)!.id;
    return { api, id: newPartId(deps), routeKey: settings.RouteKey!, settings: { ...settings, Target, AuthorizerId } };
  });
  return { authorizers: [...judges.values()], integrations: [...targets.values()], routes: made };
}

export async function putParts(tx: Transaction, parts: Parts): Promise<void> {
  for (const row of parts.authorizers) await tx.put(authorizers, row);
  for (const row of parts.integrations) await tx.put(integrations, row);
  for (const row of parts.routes) await putRoute(tx, row);
}
