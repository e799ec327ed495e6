/** How often over the asked seconds load may go on. */
const MOST = 5;
/** What one step must save to count as one. */
const STEP = 0.1;

/**
 * Puts it under load, a quarter of these seconds at a time, until they are over and its cost has settled, at most five times as long: what
 * compiles while it runs needs longer on a busy machine, and measured before it looks worse than it is.
 */
export async function warmUp(cost: (seconds: number) => Promise<number>, seconds: number): Promise<void> {
  const costs: number[] = [];
  const began = performance.now();
  const passed = () => (performance.now() - began) / 1000;
  while (passed() < MOST * seconds && (passed() < seconds || !settled(costs)))
    costs.push(await cost(Math.max(1, Math.round(seconds / 4))));
}

/** Whether neither of the last two was a tenth below the lowest before them. */
export function settled(costs: readonly number[]): boolean {
  if (costs.length < 3) return false;
  return Math.min(...costs.slice(-2)) > (1 - STEP) * Math.min(...costs.slice(0, -2));
}
