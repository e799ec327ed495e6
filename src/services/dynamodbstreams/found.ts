import { fail, type Reader } from '../../kernel/index.ts';
import { type TableStream, tableStreamKey, tableStreams } from '../../model/index.ts';

/** The stream of an ARN, or ResourceNotFoundException. */
export async function streamOf(read: Reader, arn: string | undefined): Promise<TableStream> {
  const key = tableStreamKey(arn ?? '');
  const stream = key && (await read.get(tableStreams, key));
  if (!stream) throw fail('ResourceNotFoundException', `Requested resource not found: Stream: ${arn} not found`);
  return stream;
}

/** Its only shard, or ResourceNotFoundException. */
export async function shardOf(read: Reader, arn: string | undefined, shardId: string | undefined): Promise<TableStream> {
  const stream = await streamOf(read, arn);
  if (stream.shardId !== shardId)
    throw fail('ResourceNotFoundException', `Requested resource not found: Shard ${shardId} in stream ${arn} not found`);
  return stream;
}
