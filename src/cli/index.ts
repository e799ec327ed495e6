export type { CliDeps } from './run.ts';
export { run } from './run.ts';
export type { CliIo } from './stage.ts';
