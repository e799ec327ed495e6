import type { MeterRecord } from '../model/index.ts';

/** Upper bounds in seconds. */
const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 900];

interface Counters {
  readonly labels: string;
  invocations: number;
  errors: number;
  timeouts: number;
  coldStarts: number;
  seconds: number;
  billedMs: number;
  readonly buckets: number[];
}

/** Functions with numbers of their own; all further ones count together. */
const MOST_FUNCTIONS = 5_000;

/** Counters since the start of this process, for Prometheus. */
export class FunctionCounters {
  private readonly counters = new Map<string, Counters>();

  count(record: MeterRecord): void {
    const counters = this.of(record);
    const seconds = record.durationMs / 1000;
    counters.invocations++;
    if (record.status !== 'success') counters.errors++;
    if (record.status === 'timeout') counters.timeouts++;
    if (record.initMs !== undefined) counters.coldStarts++;
    counters.seconds += seconds;
    counters.billedMs += record.billedMs;
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]!) bucket++;
    if (bucket < BUCKETS.length) counters.buckets[bucket]!++;
  }

  private of(record: MeterRecord): Counters {
    const key = `${record.account}/${record.region}/${record.function}`;
    const known = this.counters.get(key);
    if (known) return known;
    if (this.counters.size >= MOST_FUNCTIONS && record.function !== '(others)') {
      return this.of({ ...record, account: '', region: '', function: '(others)' });
    }
    const labels = `account="${record.account}",region="${record.region}",function="${record.function}"`;
    const buckets = BUCKETS.map(() => 0);
    const made = { labels, invocations: 0, errors: 0, timeouts: 0, coldStarts: 0, seconds: 0, billedMs: 0, buckets };
    this.counters.set(key, made);
    return made;
  }

  /** Prometheus text. */
  text(): string {
    const all = [...this.counters.values()];
    const metric = (name: string, help: string, value: (c: Counters) => number) =>
      `# HELP ${name} ${help}\n# TYPE ${name} counter\n${all.map((c) => `${name}{${c.labels}} ${value(c)}\n`).join('')}`;
    return [
      metric('dalamb_function_invocations_total', 'Invocations that ended.', (c) => c.invocations),
      metric('dalamb_function_errors_total', 'Invocations that failed or timed out.', (c) => c.errors),
      metric('dalamb_function_timeouts_total', 'Invocations that timed out.', (c) => c.timeouts),
      metric('dalamb_function_cold_starts_total', 'Invocations that started an environment.', (c) => c.coldStarts),
      metric('dalamb_function_billed_ms_total', 'Billed milliseconds.', (c) => c.billedMs),
      histogram(all),
    ].join('');
  }
}

function histogram(all: readonly Counters[]): string {
  const name = 'dalamb_function_duration_seconds';
  const lines = all.map((c) => {
    let sum = 0;
    const buckets = BUCKETS.map((le, i) => {
      sum += c.buckets[i]!;
      return `${name}_bucket{${c.labels},le="${le}"} ${sum}\n`;
    });
    const end = `${name}_bucket{${c.labels},le="+Inf"} ${c.invocations}\n`;
    return `${buckets.join('')}${end}${name}_sum{${c.labels}} ${c.seconds}\n${name}_count{${c.labels}} ${c.invocations}\n`;
  });
  return `# HELP ${name} Duration of invocations.\n# TYPE ${name} histogram\n${lines.join('')}`;
}
