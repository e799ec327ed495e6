export { createDispatch, type Dispatch, type DispatchPorts, dispatchSchema } from './dispatch.ts';
