import { buildIndex, compilePattern, matchAll } from '../src/model/index.ts';
import { type Figure, figure } from './figures.ts';

const RULES = 1000;
const SECONDS = 1;
const ROUNDS = 5;

/** Four kinds of rules as people write them: all of one source, two hundred detail types, and something of the detail. */
function patternOf(i: number): object {
  const details = [
    { total: [{ numeric: ['>', i] }] },
    { state: ['running', 'stopped'] },
    { user: { id: [{ prefix: 'u-' }] } },
    { items: { sku: [{ 'anything-but': 'x' }] } },
  ];
  return { source: ['shop.orders'], 'detail-type': [`type-${i % 200}`], detail: details[i % details.length] };
}

/** One event in five has a detail type that no rule asks for. */
function eventOf(i: number): object {
  return {
    ...{ version: '0', id: String(i), source: 'shop.orders', 'detail-type': `type-${i % 250}`, account: '000000000000' },
    ...{ time: '2026-01-01T00:00:00Z', region: 'us-east-1', resources: [] },
    detail: { total: 500, state: 'running', user: { id: 'u-1' }, items: [{ sku: 'a' }, { sku: 'b' }] },
  };
}

/** Events a second that are matched in memory against 1,000 rules, parsed already; the median of some rounds. */
export async function benchPatterns(quick: boolean): Promise<Figure[]> {
  const index = buildIndex(Array.from({ length: RULES }, (_, i) => ({ pattern: compilePattern(patternOf(i)) })));
  const events = Array.from({ length: 1000 }, (_, i) => eventOf(i));
  const round = () => {
    let count = 0;
    const began = performance.now();
    for (; performance.now() - began < SECONDS * 1000; count += events.length) for (const event of events) matchAll(index, event);
    return (count / (performance.now() - began)) * 1000;
  };
  round();
  const rates = Array.from({ length: quick ? 1 : ROUNDS }, round).sort((a, b) => a - b);
  const median = rates[Math.floor(rates.length / 2)]!;
  const target = { at: 'least', value: 200_000, of: 'value' } as const;
  return [figure(`events matched against ${RULES} rules`, median, '/s', { target })];
}
