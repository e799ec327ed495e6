import type { Reader, Transaction } from '../../kernel/index.ts';
import {
  accessDenied,
  type EventSourceMapping,
  eventSourceMappings,
  invalidParameter,
  mappingArn,
  notFound,
  type OperationContext,
  type Place,
} from '../../model/index.ts';

const MOST = 50;

/** The mapping that a tag operation names. Throws ResourceNotFoundException (spec/lambda-api.md §11). */
export async function taggedMapping(
  from: Reader,
  context: OperationContext,
  action: string,
  name: Place & { readonly uuid: string },
): Promise<EventSourceMapping> {
  const arn = mappingArn(name);
  if (name.account !== context.account) throw accessDenied(context.principal.arn, `lambda:${action}`, arn);
  const found = await from.get(eventSourceMappings, [name.account, name.region, name.uuid]);
  if (!found) throw notFound(`Event source mapping not found: ${arn}`);
  return found;
}

/** Replaces a mapping's tags; it goes on as it is. */
export async function keepMappingTags(
  tx: Transaction,
  mapping: EventSourceMapping,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.keys(tags).length > MOST) throw invalidParameter('Number of tags exceeds resource tag limit.');
  await tx.put(eventSourceMappings, { ...mapping, tags });
}
