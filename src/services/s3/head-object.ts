import type { HeadObjectCommandInput } from '@aws-sdk/client-s3';
import type { Operation } from '../../model/index.ts';
import type { S3Deps } from './deps.ts';
import type { ObjectOutput } from './get-object.ts';
import { selectObject } from './read-object.ts';
import { refuseUnkept } from './refusals.ts';

/** HeadObject: GetObject without the body. */
export function headObject(deps: S3Deps): Operation<HeadObjectCommandInput, ObjectOutput> {
  return async (input, context) => {
    refuseUnkept(input as object);
    const { headers } = await selectObject(deps.store.read, input, context);
    return headers;
  };
}
