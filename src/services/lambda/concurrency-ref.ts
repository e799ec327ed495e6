import { type FunctionRef, invalidParameter, type OperationContext } from '../../model/index.ts';
import { ownRef } from './lookup.ts';

/** A function that must be named without qualifier (spec/lambda-api.md §7). */
export function unqualifiedRef(context: OperationContext, action: string, text: string | undefined): FunctionRef {
  const ref = ownRef(context, action, text);
  if (ref.qualifier === undefined) return ref;
  throw invalidParameter(
    'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
  );
}
