export { serviceNames } from './catalogue.ts';
export type { Decoded, Forms, Match, ServiceName, Signature, Wire, WireRequest, WireResponse } from './contract.ts';
export type { Form } from './form-data.ts';
export { createWire } from './wire.ts';
