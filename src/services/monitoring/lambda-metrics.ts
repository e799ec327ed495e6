import type { Key, Reader } from '../../kernel/index.ts';
import { durationsOf, type MetricValues, type Place, type Rollup, usageRollups } from '../../model/index.ts';
import { dimensionsOf } from './known-metrics.ts';
import type { Asked, Stored } from './read-values.ts';

/** What the sums of a function's minute say of each metric (spec/invoke.md §13). */
const MADE: Readonly<Record<string, { readonly unit: string; readonly values: (sum: Rollup) => MetricValues }>> = {
  Invocations: { unit: 'Count', values: ({ invocations: n }) => ({ count: n, sum: n, min: 1, max: 1 }) },
  Errors: { unit: 'Count', values: ({ invocations, errors }) => flags(invocations, errors) },
  Duration: { unit: 'Milliseconds', values: (sum) => durationsOf(sum)! },
};

/** Names of the metrics that every function has. */
export const lambdaMetricNames: readonly string[] = Object.keys(MADE);

const MOST_FUNCTIONS = 1000;

/** Values of a metric of Lambda for one function, or without dimensions for all of them. */
export async function* lambdaValues(read: Reader, asked: Asked): AsyncIterable<Stored> {
  const made = Object.hasOwn(MADE, asked.name) ? MADE[asked.name] : undefined;
  if (!made) return;
  for await (const name of functionsIn(read, asked)) {
    for await (const sum of minutes(read, asked, name)) yield { time: sum.minute, unit: made.unit, ...made.values(sum) };
  }
}

async function* functionsIn(read: Reader, asked: Asked): AsyncIterable<string> {
  const dimensions = dimensionsOf(asked.dimensions);
  if (dimensions.length === 1 && dimensions[0]!.Name === 'FunctionName') yield dimensions[0]!.Value;
  if (dimensions.length > 0) return;
  const { names } = await functionNames(read, asked, undefined, MOST_FUNCTIONS);
  yield* names;
}

/** Functions of an account and region that ever ran, in the order of their names, behind one of them. */
export async function functionNames(
  read: Reader,
  { account, region }: Place,
  after: string | undefined,
  most: number,
): Promise<{ readonly names: readonly string[]; readonly more: boolean }> {
  const names: string[] = [];
  for (let last = after; ; ) {
    const from = last === undefined ? {} : { after: [last, Number.MAX_SAFE_INTEGER] as Key };
    const [row] = (await read.range(usageRollups, { prefix: [account, region], limit: 1, ...from })).items;
    if (!row) return { names, more: false };
    if (names.length >= most) return { names, more: true };
    names.push(row.function);
    last = row.function;
  }
}

async function* minutes(read: Reader, { account, region, from, to }: Asked, name: string): AsyncIterable<Rollup> {
  const range = { prefix: [account, region, name] as Key, from: [from] as Key, to: [to] as Key, limit: 1000 };
  for (let after: Key | undefined; ; ) {
    const page = await read.range(usageRollups, { ...range, ...(after ? { after } : {}) });
    yield* page.items;
    if (!page.next) return;
    after = page.next;
  }
}

/** So many values, of which some are 1 and the others 0. */
function flags(count: number, ones: number): MetricValues {
  return { count, sum: ones, min: ones === count ? 1 : 0, max: ones > 0 ? 1 : 0, bins: null };
}
