import { type Clock, fail, type Ids } from './kernel/index.ts';
import {
  type AccessRequest,
  type Operate,
  type OperateAt,
  type Operation,
  type OperationContext,
  type Place,
  parseArn,
  rootArn,
  type ServiceTable,
} from './model/index.ts';

export interface OperatorPorts {
  readonly tables: Readonly<Record<string, ServiceTable>>;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What the platform does on behalf of an account goes the same way as what clients do: through operations. */
export function createOperator({ tables, clock, ids }: OperatorPorts): OperateAt {
  return (place) => {
    const operate = async (service: string, name: string, input: object) => {
      const table = tables[service];
      const operation = table?.operations[name] as unknown as Operation<object, never> | undefined;
      if (!table || !operation) throw fail('NotImplemented', `${service} ${name} is not implemented`, { status: 501 });
      const context = contextOf(place, clock, ids);
      checkOwner(place, await table.access(name, input as Record<string, unknown>, context));
      return operation(input, context);
    };
    return operate as Operate;
  };
}

/** An owner may do everything with what is its own; what an input names by ARN may be another's. Throws AccessDenied 403. */
function checkOwner({ account }: Place, requests: readonly AccessRequest[]): void {
  for (const { resource, resourceAccount = parseArn(resource)?.account ?? '' } of requests)
    if (resourceAccount !== '' && resourceAccount !== account)
      throw fail('AccessDenied', `${resource} is not of account ${account}`, { status: 403 });
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
