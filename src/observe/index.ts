export { createObserve, type Observe, type ObserveDeps, schema } from './observe.ts';
