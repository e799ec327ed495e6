import { fail, type Position } from '../../kernel/index.ts';

/** How long an iterator can be used. */
const EXPIRES_MS = 15 * 60 * 1000;

/** Where a reader of a shard is. */
export interface ShardIterator {
  readonly streamArn: string;
  readonly shardId: string;
  readonly position: Position;
  /** Epoch ms. */
  readonly made: number;
}

/** An iterator as clients keep it: the stream's ARN, a version, and the rest sealed in base64url, as AWS's look. */
export function iteratorToken({ streamArn, shardId, position, made }: ShardIterator): string {
  return `${streamArn}|1|${Buffer.from(JSON.stringify([shardId, position, made])).toString('base64url')}`;
}

/** Throws ValidationException for what is no iterator of ours. */
export function readIterator(token: string | undefined): ShardIterator {
  const [streamArn = '', version, sealed = ''] = (token ?? '').split('|');
  try {
    const [shardId, position, made] = JSON.parse(Buffer.from(sealed, 'base64url').toString());
    if (version === '1' && typeof shardId === 'string' && Number.isSafeInteger(position) && Number.isSafeInteger(made))
      return { streamArn, shardId, position, made };
  } catch {
    // Not one of ours: refused below.
  }
  throw fail('ValidationException', 'Invalid ShardIterator');
}

/** Throws ExpiredIteratorException for iterators of more than 15 minutes ago. */
export function checkFresh({ made }: ShardIterator, now: number): void {
  if (now - made > EXPIRES_MS)
    throw fail(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${new Date(made).toUTCString()} which is older than the 15 minutes that an iterator can be used.`,
    );
}
