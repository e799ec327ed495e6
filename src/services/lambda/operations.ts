import type { Operation } from '../../model/index.ts';
import { addPermission } from './add-permission.ts';
import { createAlias } from './create-alias.ts';
import { createEventSourceMapping } from './create-event-source-mapping.ts';
import { createFunction } from './create-function.ts';
import { createFunctionUrlConfig } from './create-function-url-config.ts';
import { deleteAlias } from './delete-alias.ts';
import { deleteEventSourceMapping } from './delete-event-source-mapping.ts';
import { deleteFunction } from './delete-function.ts';
import { deleteFunctionConcurrency } from './delete-function-concurrency.ts';
import { deleteFunctionEventInvokeConfig } from './delete-function-event-invoke-config.ts';
import { deleteFunctionUrlConfig } from './delete-function-url-config.ts';
import { deleteLayerVersion } from './delete-layer-version.ts';
import type { Lambda } from './deps.ts';
import { getAccountSettings } from './get-account-settings.ts';
import { getAlias } from './get-alias.ts';
import { getEventSourceMapping } from './get-event-source-mapping.ts';
import { getFunction } from './get-function.ts';
import { getFunctionCodeSigningConfig } from './get-function-code-signing-config.ts';
import { getFunctionConcurrency } from './get-function-concurrency.ts';
import { getFunctionConfiguration } from './get-function-configuration.ts';
import { getFunctionEventInvokeConfig } from './get-function-event-invoke-config.ts';
import { getFunctionRecursionConfig } from './get-function-recursion-config.ts';
import { getFunctionUrlConfig } from './get-function-url-config.ts';
import { getLayerVersion } from './get-layer-version.ts';
import { getLayerVersionByArn } from './get-layer-version-by-arn.ts';
import { getPolicy } from './get-policy.ts';
import { getRuntimeManagementConfig } from './get-runtime-management-config.ts';
import { type FindSpec, invoke } from './invoke.ts';
import { invokeAsync } from './invoke-async.ts';
import { listAliases } from './list-aliases.ts';
import { listEventSourceMappings } from './list-event-source-mappings.ts';
import { listFunctionEventInvokeConfigs } from './list-function-event-invoke-configs.ts';
import { listFunctionUrlConfigs } from './list-function-url-configs.ts';
import { listFunctions } from './list-functions.ts';
import { listLayerVersions } from './list-layer-versions.ts';
import { listLayers } from './list-layers.ts';
import { listTags } from './list-tags.ts';
import { listVersionsByFunction } from './list-versions-by-function.ts';
import { publishLayerVersion } from './publish-layer-version.ts';
import { publishVersion } from './publish-version.ts';
import { putFunctionConcurrency } from './put-function-concurrency.ts';
import { putFunctionEventInvokeConfig } from './put-function-event-invoke-config.ts';
import { putFunctionRecursionConfig } from './put-function-recursion-config.ts';
import { removePermission } from './remove-permission.ts';
import { tagResource } from './tag-resource.ts';
import { untagResource } from './untag-resource.ts';
import { updateAlias } from './update-alias.ts';
import { updateEventSourceMapping } from './update-event-source-mapping.ts';
import { updateFunctionCode } from './update-function-code.ts';
import { updateFunctionConfiguration } from './update-function-configuration.ts';
import { updateFunctionEventInvokeConfig } from './update-function-event-invoke-config.ts';
import { updateFunctionUrlConfig } from './update-function-url-config.ts';

/** Every operation that is implemented; all others of the model are answered NotImplemented by the gateway. */
export function operations(lambda: Lambda, findSpec: FindSpec): Readonly<Record<string, Operation>> {
  return {
    AddPermission: addPermission(lambda),
    CreateAlias: createAlias(lambda),
    CreateEventSourceMapping: createEventSourceMapping(lambda),
    CreateFunctionUrlConfig: createFunctionUrlConfig(lambda),
    CreateFunction: createFunction(lambda),
    DeleteAlias: deleteAlias(lambda),
    DeleteEventSourceMapping: deleteEventSourceMapping(lambda),
    DeleteFunctionConcurrency: deleteFunctionConcurrency(lambda),
    DeleteFunctionEventInvokeConfig: deleteFunctionEventInvokeConfig(lambda),
    DeleteFunctionUrlConfig: deleteFunctionUrlConfig(lambda),
    DeleteFunction: deleteFunction(lambda),
    DeleteLayerVersion: deleteLayerVersion(lambda),
    GetAccountSettings: getAccountSettings(lambda),
    GetAlias: getAlias(lambda),
    GetEventSourceMapping: getEventSourceMapping(lambda),
    GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig(lambda),
    GetFunctionConcurrency: getFunctionConcurrency(lambda),
    GetFunctionConfiguration: getFunctionConfiguration(lambda),
    GetFunctionEventInvokeConfig: getFunctionEventInvokeConfig(lambda),
    GetFunctionRecursionConfig: getFunctionRecursionConfig(lambda),
    GetFunctionUrlConfig: getFunctionUrlConfig(lambda),
    GetFunction: getFunction(lambda),
    GetLayerVersionByArn: getLayerVersionByArn(lambda),
    GetLayerVersion: getLayerVersion(lambda),
    GetPolicy: getPolicy(lambda),
    GetRuntimeManagementConfig: getRuntimeManagementConfig(lambda),
    InvokeAsync: invokeAsync(lambda, findSpec),
    Invoke: invoke(lambda, findSpec),
    ListAliases: listAliases(lambda),
    ListEventSourceMappings: listEventSourceMappings(lambda),
    ListFunctionEventInvokeConfigs: listFunctionEventInvokeConfigs(lambda),
    ListFunctionUrlConfigs: listFunctionUrlConfigs(lambda),
    ListFunctions: listFunctions(lambda),
    ListLayerVersions: listLayerVersions(lambda),
    ListLayers: listLayers(lambda),
    ListTags: listTags(lambda),
    ListVersionsByFunction: listVersionsByFunction(lambda),
    PublishLayerVersion: publishLayerVersion(lambda),
    PublishVersion: publishVersion(lambda),
    PutFunctionConcurrency: putFunctionConcurrency(lambda),
    PutFunctionEventInvokeConfig: putFunctionEventInvokeConfig(lambda),
    PutFunctionRecursionConfig: putFunctionRecursionConfig(lambda),
    RemovePermission: removePermission(lambda),
    TagResource: tagResource(lambda),
    UntagResource: untagResource(lambda),
    UpdateAlias: updateAlias(lambda),
    UpdateEventSourceMapping: updateEventSourceMapping(lambda),
    UpdateFunctionCode: updateFunctionCode(lambda),
    UpdateFunctionConfiguration: updateFunctionConfiguration(lambda),
    UpdateFunctionEventInvokeConfig: updateFunctionEventInvokeConfig(lambda),
    UpdateFunctionUrlConfig: updateFunctionUrlConfig(lambda),
  } as Readonly<Record<string, Operation>>;
}
