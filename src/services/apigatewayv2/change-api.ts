import type { Collection, Reader, Transaction } from '../../kernel/index.ts';
import type { Place } from '../../model/index.ts';
import {
  apis,
  authorizers,
  deployments,
  integrations,
  routes,
  type Snapshot,
  type StoredApi,
  type StoredStage,
  snapshots,
  stages,
} from './collections.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { notFound } from './refusals.ts';

/** The API of this account and region; throws NotFoundException. */
export async function ownApi(from: Reader, place: Place, id: string): Promise<StoredApi> {
  const found = await from.get(apis, [id]);
  if (found?.account !== place.account || found.region !== place.region) throw notFound('API', `${place.account}:${id}`);
  return found;
}

/** Seven characters, as AWS's ids of what is in an API. */
export function newPartId(deps: ApiGatewayDeps): string {
  return deps.ids.base32(7).toLowerCase();
}

/** What a change was given from outside, so that it can run again. */
export interface Change {
  readonly now: number;
  readonly revision: string;
  readonly deployment: string;
}

export function newChange(deps: ApiGatewayDeps, context: { readonly now: number }): Change {
  return { now: context.now, revision: deps.ids.uuid(), deployment: newPartId(deps) };
}

/** Changes an API or something in it, in one transaction; then stages with AutoDeploy serve what it is now. */
export function changeApi<T>(
  deps: ApiGatewayDeps,
  context: Place & { readonly now: number },
  apiId: string | undefined,
  fn: (tx: Transaction, api: StoredApi) => Promise<T>,
): Promise<T> {
  const change = newChange(deps, context);
  return deps.store.transact(async (tx) => {
    const before = await ownApi(tx, context, apiId ?? '');
    const result = await fn(tx, before);
    await settle(tx, before.api, change);
    return result;
  });
}

/** Ends every change: a new revision, and a deployment for the stages that deploy by themselves. Nothing when the API is gone. */
export async function settle(tx: Transaction, id: string, change: Change): Promise<void> {
  const api = await tx.get(apis, [id]);
  if (!api) return;
  await tx.put(apis, { ...api, revision: change.revision });
  await deployAutomatically(tx, api, change);
}

async function deployAutomatically(tx: Transaction, api: StoredApi, { now, deployment }: Change): Promise<void> {
  const all = await everyPart(tx, stages, api.api);
  const automatic = all.filter(({ settings }) => settings.AutoDeploy);
  if (automatic.length === 0) return;
  await putDeployment(tx, { api: api.api, id: deployment, created: now, auto: true });
  for (const stage of automatic) await tx.put(stages, deployedTo(stage, deployment, now));
  const used = new Set(all.filter(({ settings }) => !settings.AutoDeploy).map((stage) => stage.deployment));
  for (const old of await everyPart(tx, deployments, api.api)) {
    if (old.auto && old.id !== deployment && !used.has(old.id)) await deleteDeployment(tx, api.api, old.id);
  }
}

function deployedTo(stage: StoredStage, deployment: string, now: number): StoredStage {
  const deployed = `Successfully deployed stage with deployment ID '${deployment}'`;
  return { ...stage, deployment, deployed, updated: now };
}

/** Stores a deployment of the API as it is in this transaction. */
export async function putDeployment(
  tx: Transaction,
  row: { api: string; id: string; created: number; auto: boolean; description?: string },
): Promise<void> {
  await tx.put(deployments, row);
  await tx.put(snapshots, { api: row.api, id: row.id, holds: await snapshotOf(tx, row.api) });
}

export async function deleteDeployment(tx: Transaction, api: string, id: string): Promise<void> {
  await tx.delete(deployments, [api, id]);
  await tx.delete(snapshots, [api, id]);
}

/** Everything that a deployment made now would hold. */
export async function snapshotOf(tx: Reader, id: string): Promise<Snapshot> {
  const api = await tx.get(apis, [id]);
  return {
    api: api!.settings,
    routes: await everyPart(tx, routes, id),
    integrations: await everyPart(tx, integrations, id),
    authorizers: await everyPart(tx, authorizers, id),
  };
}

/** All parts of one kind; their number is bounded when they are made. */
export async function everyPart<D>(from: Reader, collection: Collection<D>, api: string): Promise<D[]> {
  const items: D[] = [];
  for (let after: readonly (string | number)[] | undefined, more = true; more; more = after !== undefined) {
    const page = await from.range(collection, { prefix: [api], limit: 500, ...(after && { after }) });
    items.push(...page.items);
    after = page.next;
  }
  return items;
}
