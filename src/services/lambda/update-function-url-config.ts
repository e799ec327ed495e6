import type { UpdateFunctionUrlConfigRequest, UpdateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import { notFound, type Operation, settingNotImplemented } from '../../model/index.ts';
import { type StoredUrl, urls } from './collections.ts';
import type { Lambda } from './deps.ts';
import { shownUrlConfig, storedCors, urlOf } from './function-urls.ts';
import { ownRef } from './lookup.ts';

/** UpdateFunctionUrlConfig: what is absent keeps its value; an empty Cors takes it away (spec/lambda-api.md §10). */
export function updateFunctionUrlConfig(
  lambda: Lambda,
): Operation<UpdateFunctionUrlConfigRequest, UpdateFunctionUrlConfigResponse> {
  return async (input, context) => {
    const ref = ownRef(context, 'UpdateFunctionUrlConfig', input.FunctionName, input.Qualifier);
    if (input.InvokeMode === 'RESPONSE_STREAM') throw settingNotImplemented('InvokeMode RESPONSE_STREAM');
    const url = await lambda.store.transact(async (tx): Promise<StoredUrl> => {
      const found = await urlOf(tx, ref);
      if (!found) throw notFound('The resource you requested does not exist.');
      const { cors: had, ...rest } = found;
      const given = input.Cors && Object.values(input.Cors).some((value) => value !== undefined);
      const cors = input.Cors ? (given ? storedCors(input.Cors) : undefined) : had;
      const after = { ...rest, authType: input.AuthType ?? found.authType, ...(cors && { cors }), modified: context.now };
      await tx.put(urls, after);
      return after;
    });
    const { InvokeMode: _, ...shown } = shownUrlConfig(lambda, context, url);
    return { ...shown, ...(input.InvokeMode && { InvokeMode: input.InvokeMode }) };
  };
}
