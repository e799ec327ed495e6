import type { Service } from '../../kernel/index.ts';
import type { Operation, PutInto, ServiceTable } from '../../model/index.ts';
import { accessRequests } from './access.ts';
import { createArchiveWork } from './archive-work.ts';
import { putPermission, removePermission } from './bus-policy.ts';
import { busRef, findBus } from './bus-ref.ts';
import { cancelReplay } from './cancel-replay.ts';
import { createArchive } from './create-archive.ts';
import { createEventBus } from './create-event-bus.ts';
import { deleteArchive } from './delete-archive.ts';
import { deleteEventBus } from './delete-event-bus.ts';
import { deleteRule } from './delete-rule.ts';
import type { EventsDeps } from './deps.ts';
import { describeArchive } from './describe-archive.ts';
import { describeEventBus } from './describe-event-bus.ts';
import { describeReplay } from './describe-replay.ts';
import { describeRule } from './describe-rule.ts';
import { listArchives } from './list-archives.ts';
import { listEventBuses } from './list-event-buses.ts';
import { listReplays } from './list-replays.ts';
import { listRuleNamesByTarget } from './list-rule-names-by-target.ts';
import { listRules } from './list-rules.ts';
import { listTargetsByRule } from './list-targets-by-rule.ts';
import { putEvents } from './put-events.ts';
import { putIntoBus } from './put-into.ts';
import { putRule } from './put-rule.ts';
import { putTargets } from './put-targets.ts';
import { removeTargets } from './remove-targets.ts';
import { listTagsForResource, tagResource, untagResource } from './resource-tags.ts';
import { disableRule, enableRule } from './rule-state.ts';
import { startReplay } from './start-replay.ts';
import { testEventPattern } from './test-event-pattern.ts';
import { updateArchive } from './update-archive.ts';
import { updateEventBus } from './update-event-bus.ts';

export { busPolicy } from './bus-ref.ts';
export { schema } from './collections.ts';
export type { EventsDeps } from './deps.ts';

export interface EventsService extends ServiceTable {
  readonly putInto: PutInto;
  /** Whether a bus is there, by its ARN. */
  readonly exists: (arn: string) => Promise<boolean>;
  /** Replays, and the end of what archives keep. */
  readonly background: Service;
}

/** EventBridge (spec/backends.md §8.1 to §8.3). */
export function eventsService(deps: EventsDeps): EventsService {
  const background = createArchiveWork(deps);
  const operations = {
    CancelReplay: cancelReplay(deps),
    CreateArchive: createArchive(deps),
    CreateEventBus: createEventBus(deps),
    DeleteArchive: deleteArchive(deps),
    DeleteEventBus: deleteEventBus(deps),
    DeleteRule: deleteRule(deps),
    DescribeArchive: describeArchive(deps),
    DescribeEventBus: describeEventBus(deps),
    DescribeReplay: describeReplay(deps),
    DescribeRule: describeRule(deps),
    DisableRule: disableRule(deps),
    EnableRule: enableRule(deps),
    ListArchives: listArchives(deps),
    ListEventBuses: listEventBuses(deps),
    ListReplays: listReplays(deps),
    ListRuleNamesByTarget: listRuleNamesByTarget(deps),
    ListRules: listRules(deps),
    ListTagsForResource: listTagsForResource(deps),
    ListTargetsByRule: listTargetsByRule(deps),
    PutEvents: putEvents(deps),
    PutPermission: putPermission(deps),
    PutRule: putRule(deps),
    PutTargets: putTargets(deps),
    RemovePermission: removePermission(deps),
    RemoveTargets: removeTargets(deps),
    StartReplay: startReplay(deps, () => background.wake()),
    TagResource: tagResource(deps),
    TestEventPattern: testEventPattern(),
    UntagResource: untagResource(deps),
    UpdateArchive: updateArchive(deps),
    UpdateEventBus: updateEventBus(deps),
  };
  const access: ServiceTable['access'] = (operation, input, context) =>
    accessRequests(deps.store.read, operation, input, context);
  return {
    operations: operations as Readonly<Record<string, Operation>>,
    access,
    putInto: putIntoBus,
    exists: async (arn) => (await findBus(deps.store.read, busRef({ account: '', region: '' }, arn))) !== undefined,
    background,
  };
}
