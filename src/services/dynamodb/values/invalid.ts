import { type Failure, fail } from '../../../kernel/index.ts';

/** Builds (does not throw) the error that DynamoDB answers to almost everything it refuses. */
export function invalid(message: string): Failure {
  return fail('ValidationException', message);
}
