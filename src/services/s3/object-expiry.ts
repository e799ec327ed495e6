import type { Reader } from '../../kernel/index.ts';
import {
  abortExpiry,
  type Expiry,
  expiryOf,
  type LifecycleObject,
  type LifecycleRule,
  readLifecycleRules,
} from '../../model/index.ts';
import { type Bucket, type Lifecycle, lifecycles } from './collections.ts';

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

async function rulesOf(from: Reader, { bucket, expires }: Bucket): Promise<readonly LifecycleRule[]> {
  const stored = expires ? await from.get(lifecycles, [bucket]) : undefined;
  return stored ? readRules(stored) : [];
}

const KEPT = 100;
const read = new Map<string, readonly LifecycleRule[]>();

/** A lifecycle's rules, read once for each configuration: every put and get of the bucket asks for them. At most 100 are kept. */
export function readRules({ changed, rules }: Lifecycle): readonly LifecycleRule[] {
  let known = read.get(changed);
  if (!known) {
    known = readLifecycleRules(rules);
    if (read.size >= KEPT) read.delete(read.keys().next().value!);
    read.set(changed, known);
  }
  return known;
}
