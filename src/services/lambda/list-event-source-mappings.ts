import type { ListEventSourceMappingsRequest, ListEventSourceMappingsResponse } from '@aws-sdk/client-lambda';
import type { Key } from '../../kernel/index.ts';
import { eventSourceMappings, type Operation, type OperationContext, refArn } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { ownRef } from './lookup.ts';
import { mappingConfiguration } from './mapping-rows.ts';
import { readMarker, writeMarker } from './paging.ts';

const CAP = 100;

/** ListEventSourceMappings: all, or those of a source or a function as it was named (spec/lambda-api.md §12, §16). */
export function listEventSourceMappings(
  lambda: Lambda,
): Operation<ListEventSourceMappingsRequest, ListEventSourceMappingsResponse> {
  return async (input, context) => {
    const { read } = lambda.store;
    const { parts, ...range } = rangeOf(input, context);
    const after = readMarker(input.Marker, parts);
    const limit = Math.min(input.MaxItems ?? CAP, CAP);
    const page = await read.range(eventSourceMappings, { ...range, limit, ...(after && { after }) });
    const own = page.items.filter(({ account, region }) => account === context.account && region === context.region);
    const EventSourceMappings = await Promise.all(own.map((mapping) => mappingConfiguration(read, mapping)));
    return { EventSourceMappings, NextMarker: page.next && writeMarker(page.next) };
  };
}

const KEY_PARTS = eventSourceMappings.key.length;

function rangeOf(
  { EventSourceArn: arn, FunctionName: name }: ListEventSourceMappingsRequest,
  context: OperationContext,
): { index?: string; prefix: Key; parts: number } {
  const fn = name === undefined ? undefined : refArn(ownRef(context, 'ListEventSourceMappings', name));
  if (arn !== undefined && fn !== undefined) return { index: 'source', prefix: [arn, fn], parts: KEY_PARTS };
  if (arn !== undefined) return { index: 'source', prefix: [arn], parts: KEY_PARTS + 1 };
  if (fn !== undefined) return { index: 'function', prefix: [fn], parts: KEY_PARTS };
  return { prefix: [context.account, context.region], parts: 1 };
}
