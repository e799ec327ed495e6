import type { StoreSchema } from '../../kernel/index.ts';
import { logChunks, logGraves, logGroups, logStreams, type ServiceTable } from '../../model/index.ts';
import { accessOf } from './access.ts';
import { createLogGroup } from './create-log-group.ts';
import { createLogStream } from './create-log-stream.ts';
import { deleteLogGroup } from './delete-log-group.ts';
import { deleteLogStream } from './delete-log-stream.ts';
import { deleteRetentionPolicy } from './delete-retention-policy.ts';
import { deleteSubscriptionFilter } from './delete-subscription-filter.ts';
import type { LogsDeps } from './deps.ts';
import { describeLogGroups } from './describe-log-groups.ts';
import { describeLogStreams } from './describe-log-streams.ts';
import { describeSubscriptionFilters } from './describe-subscription-filters.ts';
import { filterLogEvents } from './filter-log-events.ts';
import { getLogEvents } from './get-log-events.ts';
import { associateKmsKey, disassociateKmsKey } from './kms-keys.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { listTagsLogGroup } from './list-tags-log-group.ts';
import { deleteMetricFilter, describeMetricFilters, putMetricFilter } from './metric-filters.ts';
import { putLogEvents } from './put-log-events.ts';
import { putRetentionPolicy } from './put-retention-policy.ts';
import { putSubscriptionFilter } from './put-subscription-filter.ts';
import { tagLogGroup } from './tag-log-group.ts';
import { tagResource } from './tag-resource.ts';
import { untagLogGroup } from './untag-log-group.ts';
import { untagResource } from './untag-resource.ts';

export type { LogsDeps } from './deps.ts';
export { logGroupExists, putIntoLogGroup } from './put-into.ts';
export { createReadLog } from './read-log.ts';

/** What logs keep; observe writes them too. */
export const schema: StoreSchema = {
  collections: [logGroups, logStreams, logChunks, logGraves] as unknown as StoreSchema['collections'],
  topics: [],
};

/** CloudWatch Logs (spec/backends.md §9). */
export function logsService(deps: LogsDeps): ServiceTable {
  return {
    operations: {
      AssociateKmsKey: associateKmsKey(deps),
      CreateLogGroup: createLogGroup(deps),
      CreateLogStream: createLogStream(deps),
      DeleteLogGroup: deleteLogGroup(deps),
      DeleteLogStream: deleteLogStream(deps),
      DeleteMetricFilter: deleteMetricFilter(deps),
      DeleteRetentionPolicy: deleteRetentionPolicy(deps),
      DeleteSubscriptionFilter: deleteSubscriptionFilter(deps),
      DescribeLogGroups: describeLogGroups(deps),
      DescribeLogStreams: describeLogStreams(deps),
      DescribeMetricFilters: describeMetricFilters(deps),
      DescribeSubscriptionFilters: describeSubscriptionFilters(deps),
      DisassociateKmsKey: disassociateKmsKey(deps),
      FilterLogEvents: filterLogEvents(deps),
      GetLogEvents: getLogEvents(deps),
      ListTagsForResource: listTagsForResource(deps),
      ListTagsLogGroup: listTagsLogGroup(deps),
      PutLogEvents: putLogEvents(deps),
      PutMetricFilter: putMetricFilter(deps),
      PutRetentionPolicy: putRetentionPolicy(deps),
      PutSubscriptionFilter: putSubscriptionFilter(deps),
      TagLogGroup: tagLogGroup(deps),
      TagResource: tagResource(deps),
      UntagLogGroup: untagLogGroup(deps),
      UntagResource: untagResource(deps),
    },
    access: accessOf,
  };
}
