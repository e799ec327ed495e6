import type { EventSourceMappingConfiguration, UpdateEventSourceMappingRequest } from '@aws-sdk/client-lambda';
import {
  type EventSourceMapping,
  functionRef,
  isSettling,
  type MappingState,
  type Operation,
  refArn,
} from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { ownRef } from './lookup.ts';
import { checkMapping, checkUnique, mappedFunction } from './mapping-checks.ts';
import { mappingInUse, readMappingSettings } from './mapping-input.ts';
import { findMapping, keepMapping, mappingConfiguration } from './mapping-rows.ts';

/** UpdateEventSourceMapping: what is not given stays; dispatch obeys from the next batch on (spec/lambda-api.md §12). */
export function updateEventSourceMapping(
  lambda: Lambda,
): Operation<UpdateEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (input, context) => {
    const before = await findMapping(lambda.store.read, context, input.UUID);
    const source = { source: before.source, arn: before.sourceArn };
    const settings = readMappingSettings(source, input, before.settings);
    const ref = input.FunctionName
      ? ownRef(context, 'UpdateEventSourceMapping', input.FunctionName)
      : functionRef(context, before.functionArn);
    if (isSettling(before)) throw mappingInUse('update');
    await checkMapping(lambda, source, settings, await mappedFunction(lambda, ref));
    const enabled = input.Enabled ?? before.enabled;
    const after: EventSourceMapping = {
      ...before,
      settings,
      functionArn: refArn(ref),
      enabled,
      state: stateOnTheWay(before.enabled, enabled),
      revision: before.revision + 1,
      modified: context.now,
    };
    await lambda.store.transact(async (tx) => {
      const now = await findMapping(tx, context, input.UUID);
      if (isSettling(now) || now.revision !== before.revision) throw mappingInUse('update');
      await checkUnique(tx, source, ref, before.uuid);
      await keepMapping(tx, { ...after, tags: now.tags }, context);
    });
    return mappingConfiguration(lambda.store.read, after);
  };
}

function stateOnTheWay(before: boolean, after: boolean): MappingState {
  if (before === after) return 'Updating';
  return after ? 'Enabling' : 'Disabling';
}
