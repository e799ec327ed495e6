export { checkStore, type StoreCheck } from './check.ts';
export { type OpenStore, openStore, type StoreOptions } from './open.ts';
