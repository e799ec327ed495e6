export {
  type CataloguePlaces,
  findRuntimes,
  type MissingRuntime,
  type RuntimeCatalogue,
  type RuntimeEntry,
} from './catalogue.ts';
export { createInvoke, type InvokeRoom, type InvokeStats } from './create.ts';
export type { InvokeOptions, InvokeSettings } from './settings.ts';
