import { type Failure, fail } from '../../kernel/index.ts';
import type { OperationContext } from '../../model/index.ts';
import { settings } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { type BucketInput, ownedBucket } from './owned-bucket.ts';

/** Reads one sub-resource of a bucket; what it throws when there is none is up to the caller. */
export async function readSetting(
  deps: S3Deps,
  kind: string,
  { input, context }: { readonly input: BucketInput; readonly context: OperationContext },
): Promise<unknown> {
  const { bucket } = await ownedBucket(deps.store.read, input, context);
  return (await deps.store.read.get(settings, [bucket, kind]))?.value;
}

/** Writes one sub-resource; undefined removes it. */
export async function writeSetting(
  deps: S3Deps,
  setting: { readonly kind: string; readonly value: unknown },
  { input, context }: { readonly input: BucketInput; readonly context: OperationContext },
): Promise<void> {
  const { kind, value } = setting;
  await deps.store.transact(async (tx) => {
    const { bucket } = await ownedBucket(tx, input, context);
    if (value === undefined) await tx.delete(settings, [bucket, kind]);
    else await tx.put(settings, { bucket, kind, value });
  });
}

/** A 404 that tools read as "not configured" (spec/backends.md §2.2). */
export function notConfigured(code: string, message: string, bucket: string | undefined): Failure {
  return fail(code, message, { status: 404, fields: { BucketName: bucket } });
}
