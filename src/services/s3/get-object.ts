import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '../../model/index.ts';
import type { S3Deps } from './deps.ts';
import { readContent } from './object-content.ts';
import { selectObject } from './read-object.ts';
import { refuseUnkept } from './refusals.ts';

/** GetObject's output with the body as the store gives it. ContentRange means status 206. */
export type ObjectOutput = Omit<GetObjectCommandOutput, '$metadata' | 'Body'> & { readonly Body?: AsyncIterable<Uint8Array> };

/** GetObject (spec/backends.md §2.2). One row and one blob for an object that was put whole. */
export function getObject(deps: S3Deps): Operation<GetObjectCommandInput, ObjectOutput> {
  return async (input, context) => {
    refuseUnkept(input as object);
    const { object, range, headers } = await selectObject(deps.store.read, input, context);
    return { ...headers, Body: await readContent(deps.store, object, range) };
  };
}
