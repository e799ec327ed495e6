import type { TestEventPatternRequest, TestEventPatternResponse } from '@aws-sdk/client-eventbridge';
import { compilePattern, matches, type Operation } from '../../model/index.ts';
import { invalid } from './refusals.ts';

const NEEDED = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

/** TestEventPattern: whether an event would match. Throws InvalidEventPatternException, ValidationException. */
export function testEventPattern(): Operation<TestEventPatternRequest, TestEventPatternResponse> {
  return async (input) => {
    const event = eventOf(input.Event!);
    return { Result: matches(compilePattern(input.EventPattern!), event) };
  };
}

function eventOf(text: string): object {
  try {
    const event: unknown = JSON.parse(text);
    const whole = typeof event === 'object' && event !== null && !Array.isArray(event);
    if (whole && NEEDED.every((name) => Object.hasOwn(event, name))) return event;
  } catch {
    // as below
  }
  throw invalid('Parameter Event is not valid.');
}
