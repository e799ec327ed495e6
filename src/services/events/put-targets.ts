import type { PutTargetsRequest, PutTargetsResponse } from '@aws-sdk/client-eventbridge';
import { allRows } from '../../kernel/index.ts';
import { eventTargets, type Operation } from '../../model/index.ts';
import { changed } from './bus-ref.ts';
import { checkRoles } from './check-roles.ts';
import { checkTarget } from './check-target.ts';
import type { EventsDeps } from './deps.ts';
import { tooMany } from './refusals.ts';
import { foundRule } from './rules.ts';

const MOST_TARGETS = 5;

/** PutTargets: adds targets to a rule, or replaces those with the same id; all or none (spec/backends.md §8.1). */
export function putTargets(deps: EventsDeps): Operation<PutTargetsRequest, PutTargetsResponse> {
  return async (input, context) => {
    await checkRoles(
      deps,
      input.Targets!.map(({ RoleArn }) => RoleArn),
    );
    await deps.store.transact(async (tx) => {
      const { bus, rule } = await foundRule(tx, context, { Name: input.Rule, EventBusName: input.EventBusName });
      const targets = input.Targets!.map((target) => checkTarget(rule, target));
      const before = await allRows(tx, eventTargets, { prefix: [bus.arn, rule.name] });
      if (new Set([...before, ...targets].map(({ id }) => id)).size > MOST_TARGETS) throw tooMany();
      for (const target of targets) await tx.put(eventTargets, target);
      await changed(tx, bus);
    });
    return { FailedEntryCount: 0, FailedEntries: [] };
  };
}
