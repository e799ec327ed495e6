import { type Failure, platformFailure } from '../../kernel/index.ts';

/** BuildFailed, in words for whoever pushed. */
export function buildFailed(what: string): Failure {
  return platformFailure('BuildFailed', what);
}
