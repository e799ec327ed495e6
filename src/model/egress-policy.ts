import { fail } from '../kernel/index.ts';
import type { EgressPolicy, EgressRule } from './functions.ts';

const MOST_RULES = 100;
const TARGET = /^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$|^[0-9A-Fa-f:.]+(\/\d{1,3})?$/;

/**
 * Reads a policy as people write it: `{ enabled?, allow?: [{ to, port? }], deny?: […] }`; what is absent is open, as on AWS. Throws
 * InvalidRequest that names the member.
 */
export function parseEgressPolicy(input: unknown): EgressPolicy {
  const { enabled, allow, deny, ...unknown } = objectOf(input, 'the policy');
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw fail('InvalidRequest', `an egress policy has no ${name}`);
  if (enabled !== undefined && typeof enabled !== 'boolean') throw fail('InvalidRequest', 'enabled is true or false');
  return { enabled: enabled ?? true, allow: rulesOf(allow, 'allow'), deny: rulesOf(deny, 'deny') };
}

function rulesOf(input: unknown, where: string): EgressRule[] {
  if (input === undefined) return [];
  if (!Array.isArray(input) || input.length > MOST_RULES)
    throw fail('InvalidRequest', `${where} is a list of at most ${MOST_RULES} rules`);
  return input.map((one, i) => {
    const { to, port = 0, ...unknown } = objectOf(one, `${where}[${i}]`);
    if (Object.keys(unknown).length > 0) throw fail('InvalidRequest', `${where}[${i}] has to and port, nothing else`);
    if (typeof to !== 'string' || to.length > 255 || !TARGET.test(to))
      throw fail('InvalidRequest', `${where}[${i}].to is a name, an address or a block`);
    if (!Number.isInteger(port) || (port as number) < 0 || (port as number) > 65535)
      throw fail('InvalidRequest', `${where}[${i}].port is from 0 (any) to 65535`);
    return { to, port: port as number };
  });
}

function objectOf(input: unknown, what: string): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw fail('InvalidRequest', `${what} is an object`);
  return input as Record<string, unknown>;
}
