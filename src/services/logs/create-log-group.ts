import type { CreateLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs';
import { fail } from '../../kernel/index.ts';
import { logGroups, newGroup, type Operation } from '../../model/index.ts';
import type { LogsDeps } from './deps.ts';
import { withTags } from './tag-map.ts';

function refuseUnkept(input: CreateLogGroupRequest): void {
  const refused =
    (input.kmsKeyId !== undefined && 'kmsKeyId') ||
    (input.logGroupClass !== undefined && input.logGroupClass !== 'STANDARD' && `logGroupClass ${input.logGroupClass}`) ||
    (input.deletionProtectionEnabled === true && 'deletionProtectionEnabled');
  if (refused) throw fail('InvalidParameterException', `${refused} is not implemented for log groups here.`);
}

/** CreateLogGroup (spec/backends.md §9). */
export function createLogGroup(deps: LogsDeps): Operation<CreateLogGroupRequest, object> {
  return async (input, context) => {
    refuseUnkept(input);
    const tags = withTags({}, input.tags);
    await deps.store.transact(async (tx) => {
      if (await tx.get(logGroups, [context.account, context.region, input.logGroupName!])) {
        throw fail('ResourceAlreadyExistsException', 'The specified log group already exists');
      }
      await tx.put(logGroups, { ...newGroup(context, input.logGroupName!, deps.ids.hex(8), context.now), tags });
    });
    return {};
  };
}
