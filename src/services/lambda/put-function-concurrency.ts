import type { Concurrency, PutFunctionConcurrencyRequest } from '@aws-sdk/client-lambda';
import { invalidParameterBare, type Operation } from '../../model/index.ts';
import { functions } from './collections.ts';
import { unqualifiedRef } from './concurrency-ref.ts';
import type { Lambda } from './deps.ts';
import { findFunction } from './lookup.ts';
import { eachReserved } from './reserved.ts';

/** PutFunctionConcurrency: enforced by dispatch from the next invocation on (spec/lambda-api.md §7). */
export function putFunctionConcurrency(lambda: Lambda): Operation<PutFunctionConcurrencyRequest, Concurrency> {
  return async (input, context) => {
    const ref = unqualifiedRef(context, 'PutFunctionConcurrency', input.FunctionName);
    const wanted = input.ReservedConcurrentExecutions ?? 0;
    const { concurrency, unreservedConcurrency } = lambda.settings;
    const by = await lambda.store.transact(async (tx) => {
      const fn = await findFunction(tx, { ...ref, qualifier: '$LATEST' });
      let others = -(fn.reserved ?? 0);
      await eachReserved(tx, [`${ref.account}/${ref.region}`], (_, reserved) => {
        others += reserved;
      });
      if (wanted > 0 && concurrency - others - wanted < unreservedConcurrency)
        throw invalidParameterBare(
          `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${unreservedConcurrency}].`,
        );
      await tx.put(functions, { ...fn, reserved: wanted, reservedIn: `${ref.account}/${ref.region}` });
      return wanted - (fn.reserved ?? 0);
    });
    lambda.reservedChanged(ref, by);
    return { ReservedConcurrentExecutions: wanted };
  };
}
