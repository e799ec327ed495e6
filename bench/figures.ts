/** One line of the table: a figure of dalamb beside its yardstick of the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly yardstick?: { readonly name: string; readonly value: number };
  /** value divided by the yardstick's; of several rounds the median of their ratios. */
  readonly ratio?: number;
  /** Absent: for orientation. */
  readonly target?: Target;
  /** What value, yardstick and ratio are medians of. */
  readonly rounds?: readonly Round[];
  /** Why there is no value. */
  readonly leftOut?: string;
}

/** What is to be reached by the ratio, or by the value itself. */
export interface Target {
  readonly at: 'least' | 'most' | 'below';
  readonly value: number;
  readonly of: 'ratio' | 'value';
}

/** One measurement of each, close together in time. */
export interface Round {
  readonly value: number;
  readonly yardstick: number;
}

export function figure(name: string, value: number, unit: string, more: Pick<Figure, 'yardstick' | 'target'> = {}): Figure {
  return { name, value, unit, ...more, ...(more.yardstick ? { ratio: value / more.yardstick.value } : {}) };
}

/** What could not be measured stands in the table too, by name and with the reason; its value is NaN. */
export function leftOut(name: string, reason: string): Figure {
  return { name, value: Number.NaN, unit: '', leftOut: reason };
}

/** A figure of several rounds, each with its own ratio, so that what slows the machine for a while slows both. */
export function compared(
  name: string,
  unit: string,
  { rounds, yardstick, target }: { readonly rounds: readonly Round[]; readonly yardstick: string; readonly target?: Target },
): Figure {
  return {
    name,
    unit,
    value: median(rounds.map((round) => round.value)),
    yardstick: { name: yardstick, value: median(rounds.map((round) => round.yardstick)) },
    ratio: median(rounds.map((round) => round.value / round.yardstick)),
    ...(target ? { target } : {}),
    rounds,
  };
}

/** Undefined: no target. */
export function reached({ target, value, ratio }: Figure): boolean | undefined {
  if (!target) return undefined;
  const measured = target.of === 'ratio' ? ratio! : value;
  if (target.at === 'least') return measured >= target.value;
  return target.at === 'most' ? measured <= target.value : measured < target.value;
}

/** Of an even number the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least that part (0 to 1) of all does not exceed. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]!;
}

const HEAD = ['FIGURE', 'VALUE', 'YARDSTICK', 'RATIO', 'TARGET', 'REACHED'];
const SIGNS = { least: '≥', most: '≤', below: '<' };

/** Aligned text, one line a figure; numbers to the right. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const right = new Set([1, 3]);
  return rows
    .map((row) =>
      row
        .map((cell, column) => (right.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf(one: Figure): string[] {
  const { name, value, unit, yardstick, ratio, target } = one;
  if (one.leftOut !== undefined) return [name, '–', `left out: ${one.leftOut}`, '–', '–', '–'];
  const done = reached(one);
  return [
    name,
    `${short(value)} ${unit}`,
    yardstick ? `${short(yardstick.value)} ${unit} (${yardstick.name})` : '–',
    ratio === undefined ? '–' : ratio.toFixed(ratio < 10 ? 2 : 0),
    target ? `${SIGNS[target.at]} ${target.value}${target.of === 'value' ? ` ${unit}` : ''}` : '–',
    done === undefined ? '–' : done ? 'yes' : 'NO',
  ];
}

function short(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value >= 10 ? 1 : 2);
}
