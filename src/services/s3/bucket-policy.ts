import type {
  DeleteBucketPolicyCommandInput,
  GetBucketPolicyCommandInput,
  GetBucketPolicyStatusCommandInput,
  PublicAccessBlockConfiguration,
  PutBucketPolicyCommandInput,
} from '@aws-sdk/client-s3';
import { type Failure, fail, isFailure } from '../../kernel/index.ts';
import { isPublicPolicy, type Operation, type Policy, parsePolicy } from '../../model/index.ts';
import { notConfigured, readSetting } from './bucket-setting.ts';
import { buckets, settings } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { ownedBucket } from './owned-bucket.ts';
import { accessDenied } from './refusals.ts';

const KIND = 'policy';
const MOST_BYTES = 20 * 1024;

/** GetBucketPolicy: the text as it was put. Throws NoSuchBucketPolicy 404. */
export function getBucketPolicy(deps: S3Deps): Operation<GetBucketPolicyCommandInput> {
  return async (input, context) => {
    const policy = await readSetting(deps, KIND, { input, context });
    if (policy === undefined) throw noPolicy(input.Bucket);
    return { Policy: policy };
  };
}

/**
 * PutBucketPolicy. The policy is judged with every request on the bucket (access.ts); a public one is refused as long as the public
 * access block says so. Throws MalformedPolicy, AccessDenied 403.
 */
export function putBucketPolicy(deps: S3Deps): Operation<PutBucketPolicyCommandInput> {
  return async (input, context) => {
    const text = input.Policy ?? '';
    const policy = readPolicy(text, input.Bucket ?? '');
    await deps.store.transact(async (tx) => {
      const bucket = await ownedBucket(tx, input, context);
      if (bucket.account !== context.principal.account) throw accessDenied();
      const block = (await tx.get(settings, [bucket.bucket, 'publicAccessBlock']))?.value as PublicAccessBlockConfiguration;
      if (block?.BlockPublicPolicy && isPublicPolicy(policy)) throw publicPolicy(context.principal.arn, bucket.bucket);
      await tx.put(settings, { bucket: bucket.bucket, kind: KIND, value: text });
      await tx.put(buckets, { ...bucket, policed: true });
    });
    return {};
  };
}

/** DeleteBucketPolicy: 204 also when there was none. */
export function deleteBucketPolicy(deps: S3Deps): Operation<DeleteBucketPolicyCommandInput> {
  return async (input, context) => {
    await deps.store.transact(async (tx) => {
      const { policed: _, ...bucket } = await ownedBucket(tx, input, context);
      if (bucket.account !== context.principal.account) throw accessDenied();
      await tx.delete(settings, [bucket.bucket, KIND]);
      await tx.put(buckets, bucket);
    });
    return {};
  };
}

/** GetBucketPolicyStatus. Throws NoSuchBucketPolicy 404. */
export function getBucketPolicyStatus(deps: S3Deps): Operation<GetBucketPolicyStatusCommandInput> {
  return async (input, context) => {
    const policy = await readSetting(deps, KIND, { input, context });
    if (policy === undefined) throw noPolicy(input.Bucket);
    return { PolicyStatus: { IsPublic: isPublicPolicy(parsePolicy(policy as string, 'resource')) } };
  };
}

function readPolicy(text: string, bucket: string): Policy {
  if (!text.startsWith('{')) throw malformed("Policies must be valid JSON and the first byte must be '{'");
  if (Buffer.byteLength(text) > MOST_BYTES) throw malformed('Policy exceeds the maximum allowed document size.');
  let document: { Statement?: unknown };
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  if (document.Statement === undefined) throw malformed('Missing required field Statement');
  for (const statement of [document.Statement].flat() as { Principal?: unknown; NotPrincipal?: unknown; Resource?: unknown }[]) {
    if (statement?.Principal === undefined && statement?.NotPrincipal === undefined)
      throw malformed('Missing required field Principal');
    const foreign = [statement.Resource ?? []].flat().some((resource) => !concerns(String(resource), bucket));
    if (foreign) throw malformed('Policy has invalid resource');
  }
  try {
    return parsePolicy(text, 'resource');
  } catch (error) {
    if (isFailure(error, 'MalformedPolicyDocument')) throw malformed(error.message);
    throw error;
  }
}

function concerns(resource: string, bucket: string): boolean {
  const arn = `arn:aws:s3:::${bucket}`;
  return resource === arn || resource.startsWith(`${arn}/`) || resource === `${arn}*`;
}

function malformed(message: string): Failure {
  return fail('MalformedPolicy', message);
}

function noPolicy(bucket: string | undefined): Failure {
  return notConfigured('NoSuchBucketPolicy', 'The bucket policy does not exist', bucket);
}

function publicPolicy(arn: string, bucket: string): Failure {
  return fail(
    'AccessDenied',
    `User: ${arn} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::${bucket}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
    { status: 403 },
  );
}
