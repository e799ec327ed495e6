import type { Egress } from '../contract.ts';
import { covers, isAddressRule, isClosed } from './addresses.ts';

/** A connection that a workload wants: names are those that this sandbox was told to have this address. */
export interface Wanted {
  readonly address: string;
  readonly port: number;
  readonly names: readonly string[];
}

type Rule = Egress['allow'][number];

/** Lower case, no final dot. `*.example.com` covers every name below example.com, not itself. */
export function coversName(to: string, name: string): boolean {
  const rule = to.toLowerCase();
  return rule.startsWith('*.') ? name.endsWith(rule.slice(1)) && name.length > rule.length - 1 : rule === name;
}

const onPort = (rule: Rule, port: number) => rule.port === 0 || rule.port === port;
const matches = (rule: Rule, { address, port, names }: Wanted) =>
  onPort(rule, port) && (covers(rule.to, address) || names.some((name) => coversName(rule.to, name)));

/** Deny goes first; then closed ranges, which only an allow rule by address opens; then, if there are allow rules, one must match. */
export function mayConnect(policy: Egress, wanted: Wanted, own: ReadonlySet<string>): boolean {
  if (!policy.enabled || policy.deny.some((rule) => matches(rule, wanted))) return false;
  if (isClosed(wanted.address, own)) {
    return policy.allow.some((rule) => onPort(rule, wanted.port) && covers(rule.to, wanted.address));
  }
  return policy.allow.length === 0 || policy.allow.some((rule) => matches(rule, wanted));
}

/** Whether a name may be looked up: with allow rules, only names that one of them could need. */
export function mayResolve(policy: Egress, name: string): boolean {
  if (!policy.enabled || policy.deny.some(({ to, port }) => port === 0 && coversName(to, name))) return false;
  return policy.allow.length === 0 || policy.allow.some(({ to }) => isAddressRule(to) || coversName(to, name));
}

/** Whether an address may be told at all: closed ones only when a rule by address could open them. */
export function mayLearn(policy: Egress, address: string, own: ReadonlySet<string>): boolean {
  return !isClosed(address, own) || policy.allow.some(({ to }) => covers(to, address));
}
