import type { InvokeAsyncCommandInput, InvokeAsyncResponse } from '@aws-sdk/client-lambda';
import { collect } from '../../kernel/index.ts';
import { type Operation, readPayload, requestTooLarge } from '../../model/index.ts';
import type { Lambda } from './deps.ts';
import { accept, type FindSpec } from './invoke.ts';
import { invokedRef } from './invoked-ref.ts';

const MOST_BYTES = 262_144;

/** InvokeAsync, the old form of an event: at most 256 KB, no qualifier (spec/invoke.md §5.3). */
export function invokeAsync(lambda: Lambda, findSpec: FindSpec): Operation<InvokeAsyncCommandInput, InvokeAsyncResponse> {
  return async (input, context) => {
    const given = input.InvokeArgs as Uint8Array | AsyncIterable<Uint8Array>;
    const tooLarge = () => requestTooLarge(`Request must be smaller than ${MOST_BYTES} bytes for the InvokeAsync operation`);
    const source = given instanceof Uint8Array ? inOnePiece(given) : given;
    const payload = readPayload(await collect(source, MOST_BYTES, tooLarge));
    const ref = await invokedRef(lambda, context, input);
    await findSpec(ref);
    await accept(lambda, context, { ref, payload, requestId: context.requestId });
    return { Status: 202 };
  };
}

async function* inOnePiece(bytes: Uint8Array) {
  yield bytes;
}
