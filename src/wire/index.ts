export { serviceNames } from './catalogue.ts';
export type { Decoded, Match, ServiceName, Signature, Wire, WireRequest, WireResponse } from './contract.ts';
export { createWire } from './wire.ts';
