import { type OperationContext, rootArn, type StoreObject } from '../../model/index.ts';
import type { S3Deps } from './deps.ts';
import { putObject } from './put-object.ts';

/** The port StoreObject: PutObject as the bucket's owner would do it. The caller has asked whether the role may. */
export function objectStorer(deps: S3Deps): StoreObject {
  const put = putObject(deps);
  return async ({ bucket, key, body, contentType, owner, region, cause }) => {
    const context: OperationContext = {
      account: owner,
      region,
      principal: { account: owner, arn: rootArn(owner), userId: owner, accessKeyId: '', kind: 'root' },
      requestId: deps.ids.hex(8).toUpperCase(),
      now: deps.clock.now(),
      sourceIp: '127.0.0.1',
      headers: {},
      endpoint: '',
      cause,
      trailers: () => ({}),
      signal: new AbortController().signal,
    };
    const object = { Bucket: bucket, Key: key, Body: Buffer.from(body), ContentType: contentType };
    await put({ ...object, ExpectedBucketOwner: owner }, context);
  };
}
