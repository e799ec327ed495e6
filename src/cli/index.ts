export type { CliDeps, CliIo } from './run.ts';
export { run } from './run.ts';
