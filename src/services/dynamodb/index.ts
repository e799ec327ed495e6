import type { Logger, Service } from '../../kernel/index.ts';
import type { Operation, ServiceTable, StreamSource } from '../../model/index.ts';
import { accessRequests } from './access.ts';
import { batchExecuteStatement } from './batch-execute-statement.ts';
import { batchGetItem } from './batch-get-item.ts';
import { batchWriteItem } from './batch-write-item.ts';
import { createTable } from './create-table.ts';
import { deleteItem } from './delete-item.ts';
import { deleteTable } from './delete-table.ts';
import type { DynamoDeps } from './deps.ts';
import { describeTable } from './describe-table.ts';
import { executeStatement } from './execute-statement.ts';
import { executeTransaction } from './execute-transaction.ts';
import { getItem } from './get-item.ts';
import { listTables } from './list-tables.ts';
import { putItem } from './put-item.ts';
import { query } from './query.ts';
import { scan } from './scan.ts';
import { createStreamSource } from './stream-source.ts';
import { listTagsOfResource, tagResource, untagResource } from './table-tags.ts';
import { describeTimeToLive, updateTimeToLive } from './time-to-live.ts';
import { transactGetItems } from './transact-get-items.ts';
import { transactWriteItems } from './transact-write-items.ts';
import { unconfigured } from './unconfigured.ts';
import { updateItem } from './update-item.ts';
import { updateTable } from './update-table.ts';
import { createUpkeep } from './upkeep.ts';

export { schema } from './collections.ts';

export interface DynamoService extends ServiceTable {
  /** What event source mappings follow. */
  readonly streams: StreamSource;
  /** Time to live, trimming, and what is left of deleted things. */
  readonly upkeep: Service;
}

/** DynamoDB: its operations, what each asks of IAM, its streams for mappings, and its work behind (spec/backends.md §3). */
export function dynamodbService(ports: Pick<DynamoDeps, 'store' | 'clock' | 'ids'> & { readonly logger: Logger }): DynamoService {
  const { store, clock, ids, logger } = ports;
  const { source, changed } = createStreamSource(store);
  const upkeep = createUpkeep({ store, clock, ids, logger, streamsChanged: changed });
  const deps: DynamoDeps = { store, clock, ids, wake: () => upkeep.wake(), streamsChanged: changed };
  const operations = {
    BatchExecuteStatement: batchExecuteStatement(deps),
    BatchGetItem: batchGetItem(deps),
    BatchWriteItem: batchWriteItem(deps),
    CreateTable: createTable(deps),
    DeleteItem: deleteItem(deps),
    DeleteTable: deleteTable(deps),
    DescribeTable: describeTable(deps),
    DescribeTimeToLive: describeTimeToLive(deps),
    ExecuteStatement: executeStatement(deps),
    ExecuteTransaction: executeTransaction(deps),
    GetItem: getItem(deps),
    ListTables: listTables(deps),
    ListTagsOfResource: listTagsOfResource(deps),
    PutItem: putItem(deps),
    Query: query(deps),
    Scan: scan(deps),
    TagResource: tagResource(deps),
    TransactGetItems: transactGetItems(deps),
    TransactWriteItems: transactWriteItems(deps),
    UntagResource: untagResource(deps),
    UpdateItem: updateItem(deps),
    UpdateTable: updateTable(deps),
    UpdateTimeToLive: updateTimeToLive(deps),
    ...unconfigured(deps),
  };
  return {
    operations: operations as Readonly<Record<string, Operation>>,
    access: (operation, input, context) => accessRequests(store.read, operation, input, context),
    streams: source,
    upkeep,
  };
}
