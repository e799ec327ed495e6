import type { CreateEventSourceMappingRequest, EventSourceMappingConfiguration } from '@aws-sdk/client-lambda';
import { type EventSourceMapping, invalidParameter, type Operation, refArn } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { ownRef } from './lookup.ts';
import { checkMapping, checkUnique, mappedFunction } from './mapping-checks.ts';
import { readMappingSettings, sourceOf } from './mapping-input.ts';
import { keepMapping, mappingConfiguration } from './mapping-rows.ts';

const MOST_TAGS = 50;

/** CreateEventSourceMapping: kept as Creating, Enabled once dispatch has found where to begin (spec/lambda-api.md §12). */
export function createEventSourceMapping(
  lambda: Lambda,
): Operation<CreateEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (input, context) => {
    const source = sourceOf(input);
    const settings = readMappingSettings(source, input);
    const ref = ownRef(context, 'CreateEventSourceMapping', input.FunctionName);
    const { Tags: tags = {}, Enabled: enabled = true } = input;
    if (Object.keys(tags).length > MOST_TAGS) throw invalidParameter('Number of tags exceeds resource tag limit.');
    await checkMapping(lambda, source, settings, await mappedFunction(lambda, ref));
    const mapping: EventSourceMapping = {
      account: context.account,
      region: context.region,
      uuid: lambda.ids.uuid(),
      source: source.source,
      sourceArn: source.arn,
      functionArn: refArn(ref),
      settings,
      enabled,
      state: enabled ? 'Creating' : 'Disabled',
      revision: 1,
      modified: context.now,
      tags,
    };
    await lambda.store.transact(async (tx) => {
      await checkUnique(tx, source, ref);
      await keepMapping(tx, mapping, context);
    });
    return mappingConfiguration(lambda.store.read, mapping);
  };
}
