import type {
  CreateApiRequest,
  CreateAuthorizerRequest,
  CreateIntegrationRequest,
  CreateRouteRequest,
  CreateStageRequest,
} from '@aws-sdk/client-apigatewayv2';
import { collection, type StoreSchema } from '../../kernel/index.ts';
import type { Place } from '../../model/index.ts';

/** Members of the API's own input shapes, as given; what identifies or refers is beside them. */
export type ApiSettings = Omit<CreateApiRequest, 'Target' | 'RouteKey' | 'CredentialsArn' | 'Tags'>;
export type RouteSettings = Omit<CreateRouteRequest, 'ApiId'>;
export type IntegrationSettings = Omit<CreateIntegrationRequest, 'ApiId'>;
export type AuthorizerSettings = Omit<CreateAuthorizerRequest, 'ApiId'>;
export type StageSettings = Omit<CreateStageRequest, 'ApiId' | 'Tags' | 'DeploymentId' | 'StageName'>;

export interface StoredApi extends Place {
  readonly api: string;
  /** Another one after each change of the API or anything in it: what was worked out of it counts no longer. */
  readonly revision: string;
  /** Epoch ms. */
  readonly created: number;
  readonly settings: ApiSettings;
  readonly tags: Readonly<Record<string, string>>;
}

export const apis = collection<StoredApi>({
  name: 'apigatewayv2.apis',
  key: ['api'],
  indexes: [{ name: 'place', fields: ['account', 'region'] }],
});

interface Part {
  readonly api: string;
  readonly id: string;
  /** Made by quick create. */
  readonly managed?: boolean;
}

export interface StoredRoute extends Part {
  readonly routeKey: string;
  readonly settings: RouteSettings;
}

export const routes = collection<StoredRoute>({
  name: 'apigatewayv2.routes',
  key: ['api', 'id'],
  indexes: [{ name: 'route-key', fields: ['api', 'routeKey'] }],
});

export interface StoredIntegration extends Part {
  readonly settings: IntegrationSettings;
}

export const integrations = collection<StoredIntegration>({ name: 'apigatewayv2.integrations', key: ['api', 'id'] });

export interface StoredAuthorizer extends Part {
  readonly settings: AuthorizerSettings;
}

export const authorizers = collection<StoredAuthorizer>({ name: 'apigatewayv2.authorizers', key: ['api', 'id'] });

/** id is the stage's name. */
export interface StoredStage extends Part {
  readonly created: number;
  readonly updated: number;
  readonly deployment?: string;
  /** How the last automatic deployment went. */
  readonly deployed?: string;
  /** Another one after ResetAuthorizersCache. */
  readonly authorizers: string;
  readonly settings: StageSettings;
  readonly tags: Readonly<Record<string, string>>;
}

export const stages = collection<StoredStage>({ name: 'apigatewayv2.stages', key: ['api', 'id'] });

/** What a deployment holds: everything that its stages serve, as it was then. */
export interface Snapshot {
  readonly api: ApiSettings;
  readonly routes: readonly StoredRoute[];
  readonly integrations: readonly StoredIntegration[];
  readonly authorizers: readonly StoredAuthorizer[];
}

export interface StoredDeployment extends Part {
  readonly created: number;
  readonly description?: string;
  /** Made by a change of an API with a stage of AutoDeploy; goes when no stage points to it any longer. */
  readonly auto: boolean;
}

export const deployments = collection<StoredDeployment>({ name: 'apigatewayv2.deployments', key: ['api', 'id'] });

/** Beside its deployment, so that lists of deployments stay small. */
export interface StoredSnapshot extends Part {
  readonly holds: Snapshot;
}

export const snapshots = collection<StoredSnapshot>({ name: 'apigatewayv2.snapshots', key: ['api', 'id'] });

export const schema: StoreSchema = {
  collections: [apis, routes, integrations, authorizers, stages, deployments, snapshots] as unknown as StoreSchema['collections'],
  topics: [],
};
