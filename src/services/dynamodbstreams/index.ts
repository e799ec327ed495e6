import type { Operation, ServiceTable } from '../../model/index.ts';
import { accessOf } from './access.ts';
import type { StreamsDeps } from './deps.ts';
import { describeStream } from './describe-stream.ts';
import { getRecords } from './get-records.ts';
import { getShardIterator } from './get-shard-iterator.ts';
import { listStreams } from './list-streams.ts';

/** DynamoDB Streams (spec/backends.md §4); services/dynamodb writes and trims what it reads. */
export function dynamodbStreamsService(deps: StreamsDeps): ServiceTable {
  const operations = {
    DescribeStream: describeStream(deps),
    GetRecords: getRecords(deps),
    GetShardIterator: getShardIterator(deps),
    ListStreams: listStreams(deps),
  };
  return { operations: operations as Readonly<Record<string, Operation>>, access: accessOf };
}
