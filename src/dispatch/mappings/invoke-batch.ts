import { isFailure, utf8 } from '../../kernel/index.ts';
import type { EventSourceMapping, FunctionSpec, Lineage, MeterRecord } from '../../model/index.ts';
import { meterOf } from '../run.ts';
import type { RunnerPorts } from './ports.ts';

/** How an invocation went. throttled: the function did not run. */
export type Ran =
  | {
      readonly kind: 'ran';
      readonly requestId: string;
      readonly meter: MeterRecord;
      readonly executedVersion: string;
      readonly functionError: boolean;
      /** UTF-8 text of what the function answered. */
      readonly answer: () => string;
    }
  | { readonly kind: 'throttled'; readonly reason: string };

/** Invokes a function with a batch, as RequestResponse, with a new request id. Never rejects. Of one that ran, the chain is known until it is recorded. */
export async function invokeBatch(
  ports: RunnerPorts,
  mapping: EventSourceMapping,
  batch: { readonly spec: FunctionSpec; readonly payload: string; readonly maxWaitMs: number; readonly lineage: Lineage },
): Promise<Ran> {
  const started = ports.clock.now();
  const call = {
    function: batch.spec,
    requestId: ports.ids.uuid(),
    payload: Buffer.from(batch.payload),
    invokedArn: mapping.functionArn,
    logTail: false,
    maxWaitMs: batch.maxWaitMs,
  };
  ports.chains.begin(call.requestId, batch.lineage);
  try {
    const outcome = await ports.execute(call);
    return {
      kind: 'ran',
      requestId: call.requestId,
      meter: meterOf(call, outcome, 'mapping', started),
      executedVersion: outcome.executedVersion,
      functionError: outcome.functionError !== undefined,
      answer: () => utf8(outcome.payload),
    };
  } catch (error) {
    ports.chains.end(call.requestId);
    return { kind: 'throttled', reason: isFailure(error) ? error.code : 'ServiceException' };
  }
}
