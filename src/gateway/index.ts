export type { AuthMode } from './authenticate.ts';
export type { StatusSources } from './control-status.ts';
export { createGateway, type Gateway, type GatewayDeps } from './gateway.ts';
export type { ListenerLimits } from './listener.ts';
