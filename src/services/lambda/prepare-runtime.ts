import { isFailure } from '../../kernel/index.ts';
import { invalidParameter } from '../../model/index.ts';
import type { Lambda } from './deps.ts';

/** Sees to it that functions of this runtime can be started here. Refuses as a caller's fault, for clients try others again, and it stays so. */
export async function prepareRuntime(lambda: Lambda, runtime: string): Promise<void> {
  try {
    await lambda.prepareRuntime(runtime);
  } catch (error) {
    throw isFailure(error, 'SandboxUnavailable') ? invalidParameter(`Runtime ${runtime}: ${error.message}`) : error;
  }
}
