export { createDispatch, type Dispatch, type DispatchPorts, dispatchSchema } from './dispatch.ts';
export { createSendEmail } from './send-email.ts';
export { beyondLinkLocal, createSendHttp } from './send-http.ts';
export { createTimers, type TimerPorts } from './timers.ts';
