import type { FunctionConfiguration, UpdateFunctionConfigurationRequest } from '@aws-sdk/client-lambda';
import { changedSettings, checkRuntime, checkVariables, type Operation, refuseUnenforced } from '../../model/index.ts';
import { configuration, sealVariables } from './configuration.ts';
import type { Lambda } from './deps.ts';
import { checkDeadLetter } from './destinations.ts';
import { findLayers } from './find-layers.ts';
import { ownRef } from './lookup.ts';
import { prepareRuntime } from './prepare-runtime.ts';
import { checkExecutionRole } from './receive-code.ts';
import { changeable, replaceLatest } from './updates.ts';

/** UpdateFunctionConfiguration: what is absent keeps its value (spec/lambda-api.md §4.5). */
export function updateFunctionConfiguration(
  lambda: Lambda,
): Operation<UpdateFunctionConfigurationRequest, FunctionConfiguration> {
  return async (input, context) => {
    const ref = ownRef(context, 'UpdateFunctionConfiguration', input.FunctionName);
    refuseUnenforced(input);
    if (input.Runtime !== undefined) checkRuntime(input.Runtime, lambda.availableRuntimes());
    const variables = input.Environment?.Variables ?? (input.Environment ? {} : undefined);
    if (variables) checkVariables(variables);
    const known = await changeable(lambda.store.read, ref, input.RevisionId);
    if (input.Role !== undefined) await checkExecutionRole(lambda, input.Role);
    await checkDeadLetter(lambda, input.Role ?? known.latest.settings.role, input.DeadLetterConfig?.TargetArn || undefined);
    if (input.Runtime !== undefined) await prepareRuntime(lambda, input.Runtime);
    const layers = input.Layers && (await findLayers(lambda, context, input.Layers, known.latest.code, known.latest.layers));
    const after = await lambda.store.transact(async (tx) => {
      const fn = await changeable(tx, ref, input.RevisionId);
      return replaceLatest(lambda, tx, fn, {
        ...fn.latest,
        settings: changedSettings(fn.latest.settings, input, lambda.settings.architecture),
        layers: layers ?? fn.latest.layers,
        ...(variables && { sealed: sealVariables(lambda, ref, variables) }),
        now: context.now,
      });
    });
    lambda.prepareSoon(ref, ref.name);
    return configuration(lambda, { fn: after, edition: after.latest, version: '$LATEST' });
  };
}
