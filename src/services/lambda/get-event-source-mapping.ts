import type { EventSourceMappingConfiguration, GetEventSourceMappingRequest } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { findMapping, mappingConfiguration } from './mapping-rows.ts';

/** GetEventSourceMapping (spec/lambda-api.md §12). */
export function getEventSourceMapping(lambda: Lambda): Operation<GetEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (input, context) => {
    const { read } = lambda.store;
    return mappingConfiguration(read, await findMapping(read, context, input.UUID));
  };
}
