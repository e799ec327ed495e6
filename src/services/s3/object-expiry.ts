import type { Reader } from '../../kernel/index.ts';
import { abortExpiry, type Expiry, expiryOf, type LifecycleObject, readLifecycleRules } from '../../model/index.ts';
import { type Bucket, lifecycles } from './collections.ts';

/** `x-amz-expiration` of a latest object (spec/backends.md §2.2): nothing is read for buckets without lifecycle. */
export async function expirationHeader(from: Reader, bucket: Bucket, object: LifecycleObject): Promise<string | undefined> {
  const expiry = expiryOf(await rulesOf(from, bucket), object);
  return expiry && `expiry-date="${new Date(expiry.at).toUTCString()}", rule-id="${encodeURIComponent(expiry.rule)}"`;
}

/** When an upload that begins now would be aborted. */
export async function uploadExpiry(
  from: Reader,
  bucket: Bucket,
  { key, initiated }: { readonly key: string; readonly initiated: number },
): Promise<Expiry | undefined> {
  return abortExpiry(await rulesOf(from, bucket), key, initiated);
}

async function rulesOf(from: Reader, { bucket, expires }: Bucket) {
  const stored = expires ? await from.get(lifecycles, [bucket]) : undefined;
  return stored ? readLifecycleRules(stored.rules) : [];
}
