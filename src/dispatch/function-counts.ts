import { type CountMetric, type Place, parseArn } from '../model/index.ts';

/** Metrics of Lambda that only dispatch knows (spec/invoke.md §13). */
type Counted = 'Throttles' | 'AsyncEventsReceived';

/** Counts something of a function, given by its name or ARN, as Lambda does: under its name, and of all functions together. */
export function countOf(
  countMetric: CountMetric | undefined,
  place: Place,
  [metric, nameOrArn]: readonly [Counted, string],
): void {
  if (!countMetric) return;
  const FunctionName = parseArn(nameOrArn)?.resource.split(':')[1] ?? nameOrArn;
  const { account, region } = place;
  const counted = { namespace: 'AWS/Lambda', name: metric, unit: 'Count' };
  countMetric({ account, region }, { ...counted, dimensions: { FunctionName } }, 1);
  countMetric({ account, region }, { ...counted, dimensions: {} }, 1);
}
