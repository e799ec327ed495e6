import type { Operation } from '../../model/index.ts';
import { createFunction } from './create-function.ts';
import type { Lambda } from './deps.ts';
import { getFunction } from './get-function.ts';
import { getFunctionConfiguration } from './get-function-configuration.ts';
import { type FindSpec, invoke } from './invoke.ts';

/** Every operation that is implemented; all others of the model are answered NotImplemented by the gateway. */
export function operations(lambda: Lambda, findSpec: FindSpec): Readonly<Record<string, Operation>> {
  return {
    CreateFunction: createFunction(lambda),
    GetFunction: getFunction(lambda),
    GetFunctionConfiguration: getFunctionConfiguration(lambda),
    Invoke: invoke(lambda, findSpec),
  } as Readonly<Record<string, Operation>>;
}
