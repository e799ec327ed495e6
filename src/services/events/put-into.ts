import { platformFailure } from '../../kernel/index.ts';
import {
  type BusEvent,
  busConditions,
  compilePolicy,
  type EventBus,
  eventTime,
  MOST_HOPS,
  type PutCaller,
  type PutInto,
  type PutItem,
  parseArn,
  rootArn,
  verdict,
} from '../../model/index.ts';
import { acceptEvents, isDetail } from './accept-events.ts';
import { busRef, findBus } from './bus-ref.ts';

const LARGEST = 1_048_576;

/** Buses as targets of rules, schedules, destinations and notifications. */
export const putIntoBus: PutInto = async (tx, arn, item) => {
  const ref = busRef({ account: '', region: '' }, arn);
  const bus = await findBus(tx, ref);
  if (!bus) throw platformFailure('TargetMissing', arn);
  if (!mayPut(bus, item)) throw platformFailure('TargetRefused', arn);
  if (!item.source || !item.detailType) throw platformFailure('TargetInvalid', 'an event needs a source and a detail type');
  if (Buffer.byteLength(item.body) > LARGEST) throw platformFailure('TargetInvalid', 'the event is too large');
  if (!isDetail(item.body)) throw platformFailure('TargetInvalid', 'the detail is no JSON object');
  if ((item.passedOn?.hops ?? 0) > MOST_HOPS) throw platformFailure('TargetInvalid', `passed on by ${MOST_HOPS} buses`);
  await acceptEvents(tx, bus, [eventOf(bus, item)], item.cause);
};

/**
 * A service's own events go to buses of the same account; what a rule passes on needs a role, or the bus's policy must allow the service or
 * the rule's account. What a role may do was asked of its own policies; in another account the bus must allow it too.
 */
function mayPut(bus: EventBus, item: PutItem): boolean {
  const { caller } = item;
  const account = accountOf(caller);
  const rule = 'service' in caller && caller.service === 'events.amazonaws.com';
  if (account === bus.account && !rule) return true;
  if (!bus.policy) return false;
  const policy = compilePolicy(bus.policy, 'resource');
  const about = busConditions(item, rule || item.passedOn !== undefined);
  const asked = { action: 'events:PutEvents', resource: bus.arn };
  if ('role' in caller) {
    const { role: arn } = caller;
    return (
      verdict(policy, { ...asked, caller: { kind: 'role', account, arn, roleArn: arn, roleId: '' }, context: about }) === 'allow'
    );
  }
  const root = { kind: 'root', account, arn: rootArn(account) } as const;
  const context = { ...about, 'aws:sourcearn': caller.sourceArn, 'aws:sourceaccount': caller.sourceAccount };
  const callers = [{ kind: 'service', service: caller.service } as const, root];
  const verdicts = callers.map((one) => verdict(policy, { ...asked, caller: one, context }));
  return !verdicts.includes('deny') && verdicts.includes('allow');
}

function accountOf(caller: PutCaller): string {
  return 'role' in caller ? (parseArn(caller.role)?.account ?? '') : caller.sourceAccount;
}

function eventOf(bus: EventBus, item: PutItem): BusEvent {
  const { passedOn, traceId } = item;
  const first = passedOn ?? {
    id: item.id,
    account: accountOf(item.caller),
    region: bus.region,
    time: eventTime(item.time),
  };
  return {
    ...first,
    source: item.source!,
    detailType: item.detailType!,
    resources: item.resources ?? [],
    detail: item.body,
    bus: bus.arn,
    ingested: item.time,
    ...(traceId === undefined ? {} : { traceId }),
  };
}
