import type { DeleteEventSourceMappingRequest, EventSourceMappingConfiguration } from '@aws-sdk/client-lambda';
import { isSettling, type Operation } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { mappingInUse } from './mapping-input.ts';
import { findMapping, keepMapping, mappingConfiguration } from './mapping-rows.ts';

/** DeleteEventSourceMapping: Deleting until the batches in flight have ended, then gone (spec/lambda-api.md §12). */
export function deleteEventSourceMapping(
  lambda: Lambda,
): Operation<DeleteEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (input, context) => {
    const after = await lambda.store.transact(async (tx) => {
      const before = await findMapping(tx, context, input.UUID);
      if (isSettling(before)) throw mappingInUse('delete');
      const deleting = { ...before, state: 'Deleting' as const, revision: before.revision + 1, modified: context.now };
      await keepMapping(tx, deleting, context);
      return deleting;
    });
    return mappingConfiguration(lambda.store.read, after);
  };
}
