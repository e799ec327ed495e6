import type { Reader } from '../kernel/index.ts';
import { deliveries, type Lineage, outcomes, parseArn } from '../model/index.ts';

/** Runs of one function in one chain of causes before it is stopped (spec/invoke.md §11). */
export const MOST_RUNS = 16;
const MOST_FUNCTIONS = 16;

/** How often each function ran in the chain that led to what this invocation caused; undefined when it had no cause that is known. */
export async function lineageOf(read: Reader, cause: string | undefined): Promise<Lineage | undefined> {
  if (cause === undefined) return undefined;
  return ((await read.get(deliveries, [cause])) ?? (await read.get(outcomes, [cause])))?.lineage;
}

/** The same with one more run of a function; the smallest counts go when there are too many functions. */
export function ranOnce(lineage: Lineage | undefined, functionArn: string): Lineage {
  const name = unqualified(functionArn);
  const next = { ...lineage, [name]: (lineage?.[name] ?? 0) + 1 };
  const entries = Object.entries(next);
  if (entries.length <= MOST_FUNCTIONS) return next;
  return Object.fromEntries(entries.sort(([, a], [, b]) => b - a).slice(0, MOST_FUNCTIONS));
}

/** Whether a function ran so often in its own chain that it must be calling itself. */
export function recurs(lineage: Lineage | undefined, functionArn: string): boolean {
  return (lineage?.[unqualified(functionArn)] ?? 0) > MOST_RUNS;
}

function unqualified(functionArn: string): string {
  const arn = parseArn(functionArn);
  return arn ? arn.resource.split(':').slice(0, 2).join(':').concat('@', arn.account, '/', arn.region) : functionArn;
}
