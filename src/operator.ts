import { type Clock, fail, type Ids } from './kernel/index.ts';
import { type Operation, type OperationContext, type Place, rootArn, type ServiceTable } from './model/index.ts';

export interface OperatorPorts {
  readonly tables: Readonly<Record<string, ServiceTable>>;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Runs an operation of a service as the owner of an account; rejects as it does, and with NotImplemented when there is none. */
export type Operate = <Output = Record<string, unknown>>(service: string, name: string, input: object) => Promise<Output>;

/** What the platform does on behalf of an account goes the same way as what clients do: through operations. */
export function createOperator({ tables, clock, ids }: OperatorPorts): (place: Place) => Operate {
  return (place) => {
    const operate = async (service: string, name: string, input: object) => {
      const operation = tables[service]?.operations[name] as unknown as Operation<object, never> | undefined;
      if (!operation) throw fail('NotImplemented', `${service} ${name} is not implemented`, { status: 501 });
      return operation(input, contextOf(place, clock, ids));
    };
    return operate as Operate;
  };
}

function contextOf({ account, region }: Place, clock: Clock, ids: Ids): OperationContext {
  return {
    account,
    region,
    requestId: ids.uuid(),
    now: clock.now(),
    sourceIp: '127.0.0.1',
    headers: {},
    endpoint: 'http://127.0.0.1',
    principal: { account, arn: rootArn(account), userId: account, accessKeyId: '', kind: 'root' },
    trailers: () => ({}),
    signal: new AbortController().signal,
  };
}
