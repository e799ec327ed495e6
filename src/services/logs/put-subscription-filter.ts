import type { PutSubscriptionFilterRequest } from '@aws-sdk/client-cloudwatch-logs';
import { fail } from '../../kernel/index.ts';
import { compileLogFilter, type LogSubscription, logGroups, type Operation } from '../../model/index.ts';
import { checkDestination, proveStream } from './check-destination.ts';
import type { LogsDeps } from './deps.ts';
import { groupNamed, invalid } from './found.ts';

const MOST_FILTERS = 2;

/** PutSubscriptionFilter (spec/backends.md §9): what is written to the group from now on is matched; an older one of the name is replaced. */
export function putSubscriptionFilter(deps: LogsDeps): Operation<PutSubscriptionFilterRequest, object> {
  return async (input, context) => {
    refuseUnkept(input);
    compileLogFilter(input.filterPattern!);
    const { account, region } = await groupNamed(deps.store.read, context, input.logGroupName!);
    const { filterName: name, filterPattern: pattern, destinationArn: destination, roleArn: role } = input;
    const subscription: LogSubscription = {
      ...{ name: name!, pattern: pattern!, destination: destination!, created: context.now },
      ...(role === undefined ? {} : { role }),
      distribution: input.distribution ?? 'ByLogStream',
    };
    await checkDestination(deps, subscription, { account, region, name: input.logGroupName! });
    const proof = { id: deps.ids.uuid(), time: context.now, ...(context.cause === undefined ? {} : { cause: context.cause }) };
    await deps.store.transact(async (tx) => {
      const group = await groupNamed(tx, context, input.logGroupName!);
      const old = group.subscriptions ?? [];
      const replaced = old.find((one) => one.name === name);
      const others = old.filter((one) => one !== replaced);
      if (others.length >= MOST_FILTERS) throw fail('LimitExceededException', 'Resource limit exceeded.');
      await proveStream(deps, tx, subscription, proof);
      const all = [...others, { ...subscription, created: replaced?.created ?? context.now }];
      await tx.put(logGroups, { ...group, subscriptions: all.sort((a, b) => (a.name < b.name ? -1 : 1)) });
    });
    return {};
  };
}

function refuseUnkept(input: PutSubscriptionFilterRequest): void {
  const refused =
    (input.applyOnTransformedLogs === true && 'applyOnTransformedLogs') ||
    (input.fieldSelectionCriteria !== undefined && 'fieldSelectionCriteria') ||
    (input.emitSystemFields?.length && 'emitSystemFields');
  if (refused) throw invalid(`${refused} is not implemented for subscription filters here.`);
}
