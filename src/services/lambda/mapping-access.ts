import type { Reader } from '../../kernel/index.ts';
import {
  type AccessRequest,
  eventSourceMappings,
  functionRef,
  mappingArn,
  type OperationContext,
  refArn,
} from '../../model/index.ts';

type Input = Readonly<Record<string, unknown>>;

/** What the operations of event source mappings ask of IAM: the mapping where there is one, and the function as `lambda:FunctionArn`. */
export async function mappingAccess(
  from: Reader,
  operation: string,
  input: Input,
  place: OperationContext,
): Promise<readonly AccessRequest[]> {
  const action = `lambda:${operation}`;
  const { account, region } = place;
  const uuid = typeof input.UUID === 'string' ? input.UUID : undefined;
  const known = uuid === undefined ? undefined : await from.get(eventSourceMappings, [account, region, uuid]);
  const named = typeof input.FunctionName === 'string' ? refArn(functionRef(place, input.FunctionName)) : undefined;
  const resource = uuid === undefined ? '*' : mappingArn({ account, region, uuid });
  const about = (fn: string | undefined): AccessRequest => ({
    action,
    resource,
    context: fn === undefined ? {} : { 'lambda:functionarn': fn },
  });
  const own = about(known?.functionArn ?? named);
  const other = known && named !== undefined && named !== known.functionArn ? [about(named)] : [];
  const tags = input.Tags
    ? [{ action: 'lambda:TagResource', resource: mappingArn({ account, region, uuid: '*' }), context: {} }]
    : [];
  return [own, ...other, ...tags];
}
