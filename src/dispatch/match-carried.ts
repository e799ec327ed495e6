import type { CarriedDelivery, MayAct, MayInvoke, PutCaller } from '../model/index.ts';
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

/** A role is judged by its own policies; a service by the function's. What is put into judges services itself. */
async function permitted({ mayAct, mayInvoke }: CarryPorts, { caller, action, target }: CarriedDelivery): Promise<boolean> {
  if (!isService(caller)) return action === undefined || mayAct(caller.role, action, target.arn);
  return target.kind === 'function' ? mayInvoke(target.arn, caller) : true;
}

function isService(caller: PutCaller): caller is Extract<PutCaller, { service: string }> {
  return 'service' in caller;
}
