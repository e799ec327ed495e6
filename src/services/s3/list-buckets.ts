import type { ListBucketsCommandInput, ListBucketsCommandOutput } from '@aws-sdk/client-s3';
import type { Reader } from '../../kernel/index.ts';
import { afterPrefix, type Operation } from '../../model/index.ts';
import { type Bucket, buckets } from './collections.ts';
import type { S3Deps } from './deps.ts';
import { ownerOf, readToken, writeToken } from './list-entries.ts';
import { invalidArgument } from './refusals.ts';

type Output = Omit<ListBucketsCommandOutput, '$metadata'>;

/** ListBuckets of the caller's account, by name; pages only when MaxBuckets asks for them. */
export function listBuckets(deps: S3Deps): Operation<ListBucketsCommandInput, Output> {
  return async (input, context) => {
    const limit = input.MaxBuckets ?? 10_000;
    if (limit < 1 || limit > 10_000)
      throw invalidArgument('Argument max-buckets must be an integer between 1 and 10000', 'max-buckets', limit);
    const { account } = context.principal;
    const after = input.ContinuationToken === undefined ? undefined : readToken(input.ContinuationToken);
    const found: Bucket[] = [];
    for await (const bucket of named(deps.store.read, { account, prefix: input.Prefix ?? '', after })) {
      if (input.BucketRegion !== undefined && bucket.region !== input.BucketRegion) continue;
      if (found.push(bucket) > limit) break;
    }
    const shown = found.slice(0, limit);
    return {
      Owner: ownerOf(account),
      ...(input.Prefix === undefined ? {} : { Prefix: input.Prefix }),
      ...(found.length > limit ? { ContinuationToken: writeToken(shown.at(-1)!.bucket) } : {}),
      Buckets: shown.map(({ bucket, created, region }) => ({
        Name: bucket,
        CreationDate: new Date(created),
        BucketRegion: region,
        BucketArn: `arn:aws:s3:::${bucket}`,
      })),
    };
  };
}

interface Named {
  readonly account: string;
  readonly prefix: string;
  readonly after?: string;
}

async function* named(from: Reader, { account, prefix, after }: Named): AsyncGenerator<Bucket> {
  const to = afterPrefix(prefix);
  const first = after === undefined || after < prefix ? { from: [prefix] } : { after: [after] };
  for (let bounds: { from: string[] } | { after: readonly (string | number)[] } = first; ; ) {
    const page = await from.range(buckets, {
      index: 'by-account',
      prefix: [account],
      ...bounds,
      ...(to === undefined ? {} : { to: [to] }),
      limit: 1000,
    });
    yield* page.items;
    if (!page.next) return;
    bounds = { after: page.next };
  }
}
