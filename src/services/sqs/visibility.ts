import { invalidValue } from './refusals.ts';

const MOST_SECONDS = 43_200;

/** A VisibilityTimeout of a request, in ms. Throws InvalidParameterValue. */
export function readVisibility(seconds: number): number {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MOST_SECONDS)
    throw invalidValue(seconds, 'VisibilityTimeout', `Must be between 0 and ${MOST_SECONDS}, if provided.`);
  return seconds * 1000;
}

/** Twelve hours from its receive a message becomes visible, whatever is asked. Throws InvalidParameterValue. */
export function checkTotal(receivedAt: number, { until, now }: { readonly until: number; readonly now: number }): void {
  if (until - receivedAt <= MOST_SECONDS * 1000) return;
  const seconds = Math.round((until - now) / 1000);
  const reason = `Total VisibilityTimeout for the message is beyond the limit [${MOST_SECONDS} seconds].`;
  throw invalidValue(seconds, 'VisibilityTimeout', reason);
}
