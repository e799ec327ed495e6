import type { PutPermissionRequest, RemovePermissionRequest } from '@aws-sdk/client-eventbridge';
import { fail, isFailure } from '../../kernel/index.ts';
import { type EventBus, eventBuses, type Operation, parsePolicy, rootArn } from '../../model/index.ts';
import { ownBus } from './bus-ref.ts';
import type { EventsDeps } from './deps.ts';
import { invalid, missing } from './refusals.ts';

const LONGEST = 10_240;

interface Statement {
  readonly Sid?: string;
  readonly [part: string]: unknown;
}

interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/** PutPermission: a whole policy, or one statement, which replaces the one with its id (spec/backends.md §8.1). */
export function putPermission({ store }: EventsDeps): Operation<PutPermissionRequest> {
  return async (input, context) => {
    const whole = input.Policy === undefined ? undefined : checkedPolicy(input.Policy);
    await store.transact(async (tx) => {
      const bus = await ownBus(tx, context, input.EventBusName);
      const policy = whole ?? withStatement(bus, statementOf(input, bus));
      if (JSON.stringify(policy).length > LONGEST) {
        throw fail('PolicyLengthExceededException', 'The event bus policy is too long.');
      }
      await tx.put(eventBuses, { ...bus, policy, modified: context.now });
    });
    return {};
  };
}

/** RemovePermission: one statement, or all of them. */
export function removePermission({ store }: EventsDeps): Operation<RemovePermissionRequest> {
  return async (input, context) => {
    await store.transact(async (tx) => {
      const { policy, ...bus } = await ownBus(tx, context, input.EventBusName);
      if (input.RemoveAllPermissions) return tx.put(eventBuses, { ...bus, modified: context.now });
      const before = statementsOf(policy);
      const after = before.filter(({ Sid }) => Sid === undefined || Sid !== input.StatementId);
      if (after.length === before.length) throw missing('Statement with the provided id does not exist.');
      const left = after.length === 0 ? {} : { policy: { ...policy, Statement: after } };
      return tx.put(eventBuses, { ...bus, ...left, modified: context.now });
    });
    return {};
  };
}

function checkedPolicy(text: string): object {
  try {
    parsePolicy(text, 'resource');
  } catch (error) {
    if (isFailure(error, 'MalformedPolicyDocument')) throw invalid(error.message);
    throw error;
  }
  return JSON.parse(text) as object;
}

function statementOf({ Action, Principal, StatementId, Condition }: PutPermissionRequest, bus: EventBus): Statement {
  for (const [name, value] of Object.entries({ Action, Principal, StatementId })) {
    if (value === undefined) throw invalid(`Parameter ${name} must be specified.`);
  }
  if (Action !== 'events:PutEvents') throw invalid("Provided value in parameter 'action' is not supported.");
  const condition = Condition && { [Condition.Type!]: { [Condition.Key!]: Condition.Value! } };
  return {
    Sid: StatementId!,
    Effect: 'Allow',
    Principal: Principal === '*' ? '*' : { AWS: rootArn(Principal!) },
    Action,
    Resource: bus.arn,
    ...(condition ? { Condition: condition } : {}),
  };
}

function withStatement({ policy }: EventBus, statement: Statement): Policy {
  const others = statementsOf(policy).filter(({ Sid }) => Sid !== statement.Sid);
  return { Version: '2012-10-17', Statement: [...others, statement] };
}

function statementsOf(policy: object | undefined): readonly Statement[] {
  const given = (policy as { readonly Statement?: Statement | readonly Statement[] } | undefined)?.Statement ?? [];
  return Array.isArray(given) ? (given as readonly Statement[]) : [given as Statement];
}
