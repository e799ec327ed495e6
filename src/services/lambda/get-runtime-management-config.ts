import type { GetRuntimeManagementConfigRequest, GetRuntimeManagementConfigResponse } from '@aws-sdk/client-lambda';
import { type Operation, refArn } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { findEdition, ownRef } from './lookup.ts';

/** GetRuntimeManagementConfig: always Auto, which cannot be changed here (spec/lambda-api.md §13). */
export function getRuntimeManagementConfig(
  lambda: Lambda,
): Operation<GetRuntimeManagementConfigRequest, GetRuntimeManagementConfigResponse> {
  return async (input, context) => {
    const ref = ownRef(context, 'GetRuntimeManagementConfig', input.FunctionName, input.Qualifier);
    await findEdition(lambda.store.read, ref);
    return { UpdateRuntimeOn: 'Auto', FunctionArn: refArn(ref) };
  };
}
