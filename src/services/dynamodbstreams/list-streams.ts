import type { ListStreamsCommandInput, ListStreamsCommandOutput } from '@aws-sdk/client-dynamodb-streams';
import { fail } from '../../kernel/index.ts';
import { type Operation, tableStreamArn, tableStreamKey, tableStreams } from '../../model/index.ts';
import type { StreamsDeps } from './deps.ts';

/** ListStreams: also those that were disabled, as long as their records are kept; at most 100 a page. */
export function listStreams(deps: StreamsDeps): Operation<ListStreamsCommandInput, Omit<ListStreamsCommandOutput, '$metadata'>> {
  return async ({ TableName: table, Limit: limit = 100, ExclusiveStartStreamArn: start }, { account, region }) => {
    const from = start === undefined ? undefined : tableStreamKey(start);
    if (start !== undefined && !from) throw fail('ValidationException', `Invalid StreamArn: ${start}`);
    const prefix = table === undefined ? [account, region] : [account, region, nameOf(table)];
    const after = from ? { after: from.slice(prefix.length) } : {};
    const { items, next } = await deps.store.read.range(tableStreams, { prefix, ...after, limit: Math.min(limit, 100) });
    const Streams = items.map((stream) => ({
      StreamArn: tableStreamArn(stream),
      TableName: stream.table,
      StreamLabel: stream.label,
    }));
    return next ? { Streams, LastEvaluatedStreamArn: Streams.at(-1)!.StreamArn } : { Streams };
  };
}

/** A name, or the name in a table's ARN. */
function nameOf(table: string): string {
  return /^arn:.*:table\/([^/]+)$/.exec(table)?.[1] ?? table;
}
