import type { FindHttpApi, Operation, ServiceTable } from '../../model/index.ts';
import { accessOf } from './access.ts';
import { createApi } from './create-api.ts';
import { createAuthorizer } from './create-authorizer.ts';
import { createDeployment } from './create-deployment.ts';
import { createIntegration } from './create-integration.ts';
import { createRoute } from './create-route.ts';
import { createStage } from './create-stage.ts';
import { deleteApi } from './delete-api.ts';
import { deleteCorsConfiguration } from './delete-cors-configuration.ts';
import { deletePart } from './delete-parts.ts';
import { deleteRouteRequestParameter } from './delete-route-request-parameter.ts';
import { deleteAccessLogSettings, deleteRouteSettings } from './delete-stage-settings.ts';
import type { ApiGatewayDeps } from './deps.ts';
import { exportApi } from './export-api.ts';
import { createFindHttpApi } from './find-http-api.ts';
import { getApi, getApis } from './get-api.ts';
import { getPart, getParts } from './get-parts.ts';
import { importApi } from './import-api.ts';
import { reimportApi } from './reimport-api.ts';
import { resetAuthorizersCache } from './reset-authorizers-cache.ts';
import { getTags, tagResource, untagResource } from './tags.ts';
import { unconfigured } from './unconfigured.ts';
import { updateApi } from './update-api.ts';
import { updateAuthorizer } from './update-authorizer.ts';
import { updateDeployment } from './update-deployment.ts';
import { updateIntegration } from './update-integration.ts';
import { updateRoute } from './update-route.ts';
import { updateStage } from './update-stage.ts';

export { schema } from './collections.ts';
export type { ApiGatewayDeps } from './deps.ts';

export interface ApiGatewayService extends ServiceTable {
  readonly findHttpApi: FindHttpApi;
}

/** API Gateway's HTTP APIs (spec/backends.md §12.1). What is not here is answered NotImplemented by the gateway. */
export function apiGatewayService(deps: ApiGatewayDeps): ApiGatewayService {
  const operations = {
    CreateApi: createApi(deps),
    CreateAuthorizer: createAuthorizer(deps),
    CreateDeployment: createDeployment(deps),
    CreateIntegration: createIntegration(deps),
    CreateRoute: createRoute(deps),
    CreateStage: createStage(deps),
    DeleteAccessLogSettings: deleteAccessLogSettings(deps),
    DeleteApi: deleteApi(deps),
    DeleteAuthorizer: deletePart(deps, 'Authorizer'),
    DeleteCorsConfiguration: deleteCorsConfiguration(deps),
    DeleteDeployment: deletePart(deps, 'Deployment'),
    DeleteIntegration: deletePart(deps, 'Integration'),
    DeleteRoute: deletePart(deps, 'Route'),
    DeleteRouteRequestParameter: deleteRouteRequestParameter(deps),
    DeleteRouteSettings: deleteRouteSettings(deps),
    DeleteStage: deletePart(deps, 'Stage'),
    ExportApi: exportApi(deps),
    GetApi: getApi(deps),
    GetApis: getApis(deps),
    GetAuthorizer: getPart(deps, 'Authorizer'),
    GetAuthorizers: getParts(deps, 'Authorizer'),
    GetDeployment: getPart(deps, 'Deployment'),
    GetDeployments: getParts(deps, 'Deployment'),
    GetIntegration: getPart(deps, 'Integration'),
    GetIntegrations: getParts(deps, 'Integration'),
    GetRoute: getPart(deps, 'Route'),
    GetRoutes: getParts(deps, 'Route'),
    GetStage: getPart(deps, 'Stage'),
    GetStages: getParts(deps, 'Stage'),
    GetTags: getTags(deps),
    ImportApi: importApi(deps),
    ReimportApi: reimportApi(deps),
    ResetAuthorizersCache: resetAuthorizersCache(deps),
    TagResource: tagResource(deps),
    UntagResource: untagResource(deps),
    UpdateApi: updateApi(deps),
    UpdateAuthorizer: updateAuthorizer(deps),
    UpdateDeployment: updateDeployment(deps),
    UpdateIntegration: updateIntegration(deps),
    UpdateRoute: updateRoute(deps),
    UpdateStage: updateStage(deps),
    ...unconfigured(deps),
  };
  return {
    operations: operations as unknown as Readonly<Record<string, Operation>>,
    access: accessOf,
    findHttpApi: createFindHttpApi(deps),
  };
}
