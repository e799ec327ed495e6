export type { Decoded, Match, ServiceName, Signature, Wire, WireRequest, WireResponse } from './contract.ts';
