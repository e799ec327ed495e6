import { type Failure, fail } from '../kernel/index.ts';

/** InvalidEventPatternException 400 with AWS's text (spec/backends.md §8.2). */
export function invalidPattern(reason: string): Failure {
  return fail('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

/** What AWS says of whatever is too long in numeric and anything-but. */
export const TOO_MANY = 'Too many elements in numeric expression';
