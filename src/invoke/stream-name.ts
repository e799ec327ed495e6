import type { FunctionSpec } from '../model/index.ts';

/** `yyyy/mm/dd/[version]hex`; custom groups name the function too (spec/invoke.md §7). */
export function streamName(spec: FunctionSpec, hex: string, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '/');
  const name = spec.logGroup === `/aws/lambda/${spec.name}` ? '' : spec.name;
  return `${day}/${name}[${spec.version}]${hex}`;
}
