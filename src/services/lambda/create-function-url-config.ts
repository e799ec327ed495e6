import type { CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import { conflict, functionNotFound, type Operation, refArn, settingNotImplemented } from '../../model/index.ts';
import { type StoredUrl, urls } from './collections.ts';
import type { Lambda } from './deps.ts';
import { newUrlId, shownCors, shownUrl, storedCors, urlArn, urlOf } from './function-urls.ts';
import { findAlias, findFunction, ownRef } from './lookup.ts';

/** CreateFunctionUrlConfig: one URL for a function or an alias (spec/lambda-api.md §10). */
export function createFunctionUrlConfig(
  lambda: Lambda,
): Operation<CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse> {
  return async (input, context) => {
    const ref = ownRef(context, 'CreateFunctionUrlConfig', input.FunctionName, input.Qualifier);
    if (input.InvokeMode === 'RESPONSE_STREAM') throw settingNotImplemented('InvokeMode RESPONSE_STREAM');
    const { account, region, name, qualifier = '' } = ref;
    const url: StoredUrl = {
      id: newUrlId(lambda),
      ...{ account, region, name, qualifier },
      authType: input.AuthType ?? 'AWS_IAM',
      ...(input.Cors && { cors: storedCors(input.Cors) }),
      created: context.now,
      modified: context.now,
    };
    await lambda.store.transact(async (tx) => {
      await findFunction(tx, ref);
      if (qualifier !== '' && !(await findAlias(tx, ref, qualifier))) throw functionNotFound(refArn(ref));
      if (await urlOf(tx, ref))
        throw conflict(
          `Failed to create function url config for [functionArn = ${refArn(ref)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
        );
      await tx.put(urls, url);
    });
    return {
      FunctionUrl: shownUrl(lambda, context, url),
      FunctionArn: urlArn(url),
      AuthType: url.authType,
      ...(url.cors && { Cors: shownCors(url.cors) }),
      CreationTime: new Date(url.created).toISOString(),
      ...(input.InvokeMode && { InvokeMode: input.InvokeMode }),
    };
  };
}
