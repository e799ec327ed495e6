import type { Collection, Reader } from '../../kernel/index.ts';
import { shownAuthorizer } from './authorizer-settings.ts';
import {
  authorizers,
  deployments,
  integrations,
  routes,
  type StoredAuthorizer,
  type StoredDeployment,
  type StoredIntegration,
  type StoredRoute,
  type StoredStage,
  stages,
} from './collections.ts';
import { shownDeployment } from './deployment-settings.ts';
import { shownIntegration } from './integration-settings.ts';
import { notFound } from './refusals.ts';
import { shownRoute } from './route-settings.ts';
import { shownStage } from './stage-settings.ts';

/** What an API is made of. */
export interface Rows {
  readonly Route: StoredRoute;
  readonly Integration: StoredIntegration;
  readonly Authorizer: StoredAuthorizer;
  readonly Stage: StoredStage;
  readonly Deployment: StoredDeployment;
}

export type PartName = keyof Rows;

interface Kind<D> {
  readonly collection: Collection<D>;
  /** Input member that names one. */
  readonly id: string;
  readonly shown: (row: D) => object;
}

export const kinds: { readonly [Name in PartName]: Kind<Rows[Name]> } = {
  Route: { collection: routes, id: 'RouteId', shown: shownRoute },
  Integration: { collection: integrations, id: 'IntegrationId', shown: shownIntegration },
  Authorizer: { collection: authorizers, id: 'AuthorizerId', shown: shownAuthorizer },
  Stage: { collection: stages, id: 'StageName', shown: shownStage },
  Deployment: { collection: deployments, id: 'DeploymentId', shown: shownDeployment },
};

/** Throws NotFoundException. */
export async function partOf<Name extends PartName>(
  from: Reader,
  name: Name,
  key: readonly [api: string, id: string],
): Promise<Rows[Name]> {
  const found = await from.get(kinds[name].collection, key);
  if (!found) throw notFound(name, key[1]);
  return found;
}

/** The members that an update was given. */
export function given<T extends object>(input: T): Partial<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** A map with changes: an empty text removes an entry, as clients write it (spec/backends.md §12.1). */
export function changedMap(
  before: Readonly<Record<string, string>> | undefined,
  changes: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const all = { ...before, ...changes };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}
