import { type CountMetric, type Place, parseArn } from '../model/index.ts';

/** Metrics of Lambda that only dispatch knows (spec/invoke.md §13), with their units. */
const UNITS = { AsyncEventsReceived: 'Count', IteratorAge: 'Milliseconds', Throttles: 'Count' } as const;

interface Counted {
  readonly metric: keyof typeof UNITS;
  /** Name or ARN of the function. */
  readonly of: string;
  /** 1 when absent. */
  readonly value?: number;
}

/** Counts something of a function as Lambda does: under its name, and of all functions together. About 2 µs. */
export function countOf(countMetric: CountMetric | undefined, place: Place, { metric, of, value = 1 }: Counted): void {
  if (!countMetric) return;
  const arn = parseArn(of);
  const { account, region } = arn ?? place;
  const FunctionName = arn?.resource.split(':')[1] ?? of;
  const counted = { namespace: 'AWS/Lambda', name: metric, unit: UNITS[metric] };
  countMetric({ account, region }, { ...counted, dimensions: { FunctionName } }, value);
  countMetric({ account, region }, { ...counted, dimensions: {} }, value);
}
