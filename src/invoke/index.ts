export {
  type CataloguePlaces,
  findRuntimes,
  type MissingRuntime,
  type RuntimeCatalogue,
  type RuntimeEntry,
} from './catalogue.ts';
export { createInvoke, type InvokeRoom, type InvokeStats } from './create.ts';
export { download } from './download.ts';
export { createJavaClient, type JavaClient } from './java-client.ts';
export type { InvokeOptions, InvokeSettings } from './settings.ts';
