import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda';
import { utf8 } from '../../kernel/index.ts';
import {
  checkPayloadSize,
  type FunctionRef,
  type FunctionSpec,
  type Operation,
  type OperationContext,
  readClientContext,
  readPayload,
  readRequestId,
  refArn,
  settingNotImplemented,
} from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { invokedRef } from './invoked-ref.ts';

export type FindSpec = (ref: FunctionRef) => Promise<FunctionSpec>;

/**
 * Invoke (spec/invoke.md §1): size, JSON, existence, state, then the run itself. The hot path of the platform: besides the store's reads it
 * costs some microseconds (`bench/invoke`).
 */
export function invoke(lambda: Lambda, findSpec: FindSpec): Operation<InvocationRequest, InvocationResponse> {
  return async (input, context) => {
    const type = input.InvocationType ?? 'RequestResponse';
    checkPayloadSize(input.Payload?.byteLength ?? 0, type === 'Event');
    if (input.TenantId !== undefined) throw settingNotImplemented('TenantId');
    if (input.DurableExecutionName !== undefined) throw settingNotImplemented('DurableExecutionName');
    const payload = readPayload(input.Payload);
    const requestId = readRequestId(context.headers['x-amzn-requestid']) ?? context.requestId;
    const ref = await invokedRef(lambda, context, input);
    const spec = await findSpec(ref);
    const clientContext = readClientContext(input.ClientContext);
    if (type === 'DryRun') return { StatusCode: 204 };
    if (type === 'Event') {
      await accept(lambda, context, { ref, payload, requestId });
      return { StatusCode: 202 };
    }
    const outcome = await lambda.run(
      {
        function: spec,
        requestId,
        payload,
        invokedArn: refArn(ref),
        clientContext,
        traceId: context.headers['x-amzn-trace-id'],
        logTail: input.LogType === 'Tail',
        maxWaitMs: lambda.settings.maxWaitMs,
      },
      'sync',
    );
    return {
      StatusCode: 200,
      FunctionError: outcome.functionError,
      LogResult: outcome.logTail && Buffer.from(outcome.logTail).toString('base64'),
      Payload: outcome.payload as Uint8Array<ArrayBuffer>,
      ExecutedVersion: outcome.executedVersion,
    };
  };
}

/** Makes an asynchronous invocation durable; resolves when it is. */
export function accept(
  lambda: Lambda,
  context: OperationContext,
  what: { readonly ref: FunctionRef; readonly payload: Uint8Array; readonly requestId: string },
): Promise<void> {
  return lambda.store.transact((tx) =>
    lambda.enqueue(tx, {
      account: what.ref.account,
      region: what.ref.region,
      requestId: what.requestId,
      functionArn: refArn(what.ref),
      payload: utf8(what.payload),
      time: context.now,
      traceId: context.headers['x-amzn-trace-id'],
      cause: context.cause,
    }),
  );
}
