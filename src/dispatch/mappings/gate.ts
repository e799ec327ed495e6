import { isFailure } from '../../kernel/index.ts';
import { type EventSourceMapping, type FunctionSpec, sourceActions } from '../../model/index.ts';
import type { RunnerPorts } from './ports.ts';

export type Gate = { readonly spec: FunctionSpec } | { readonly problem: string };

/**
 * What a batch would be handed to, or why nothing can be handed out now: then records stay where they are. Asked before each batch: the
 * function as it should run now, and whether its role may still read the source.
 */
export async function openGate(ports: RunnerPorts, mapping: EventSourceMapping): Promise<Gate> {
  let spec: FunctionSpec;
  try {
    spec = await ports.resolveFunction(mapping, mapping.functionArn);
  } catch (error) {
    if (!isFailure(error) || error.fault === 'platform') throw error;
    return { problem: `PROBLEM: ${error.message}` };
  }
  if (spec.reservedConcurrency === 0) return { problem: 'PROBLEM: Function call failed' };
  for (const action of sourceActions[mapping.source]) {
    if (!(await ports.mayAct(spec.role, action, mapping.sourceArn)))
      return { problem: `PROBLEM: The role of the function may not ${action}` };
  }
  return { spec };
}
