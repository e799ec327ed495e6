import { busConditions, type CarriedDelivery, type MayAct, type MayInvoke, type PutCaller } from '../model/index.ts';
import type { Subscription } from './subscription.ts';

export interface CarryPorts {
  readonly mayInvoke: MayInvoke;
  readonly mayAct: MayAct;
}

/** A delivery of a rule or schedule as dispatch carries it. */
export function carried(ports: CarryPorts, delivery: CarriedDelivery): Subscription {
  const { subscriber, target, policy, payload, item, traceId, deadLetter } = delivery;
  const common = {
    subscriber,
    permitted: () => permitted(ports, delivery),
    ...(traceId === undefined ? {} : { traceId }),
    ...(deadLetter === undefined ? {} : { deadLetter }),
  };
  if (target.kind !== 'function') return { kind: 'put', target, policy, item, ...common };
  return { kind: 'function', functionArn: target.arn, invokedArn: target.arn, payload, ...common };
}

/** A role is judged by its own policies, and by those of a target of another account; a service by the function's. What is put into judges services itself. */
async function permitted({ mayAct, mayInvoke }: CarryPorts, delivery: CarriedDelivery): Promise<boolean> {
  const { caller, action, target } = delivery;
  if (!isService(caller)) return action === undefined || mayAct(caller.role, action, target.arn, conditionsOf(delivery));
  return target.kind === 'function' ? mayInvoke(target.arn, caller) : true;
}

function conditionsOf({ target, item }: CarriedDelivery): Readonly<Record<string, string>> {
  if (target.kind !== 'bus') return {};
  const put = item(1);
  return busConditions(put, put.passedOn !== undefined);
}

function isService(caller: PutCaller): caller is Extract<PutCaller, { service: string }> {
  return 'service' in caller;
}
