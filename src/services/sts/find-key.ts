import type { Clock, SecretBox } from '../../kernel/index.ts';
import type { FindKey, FindRole, FindStoredKey, KnownKey } from '../../model/index.ts';
import { knownKey, openSession } from './session-tokens.ts';

export interface FindKeyDeps {
  readonly clock: Clock;
  readonly box: SecretBox;
  readonly findRole: FindRole;
  readonly findStoredKey: FindStoredKey;
}

const LIMIT = 10_000;

/**
 * Knows stored keys and the platform's own session tokens. Undefined: forged or changed tokens, other keys, sessions of a role that is gone
 * or was made again. An expired session is answered with its expiration, so that the caller can say ExpiredToken (spec/backends.md §1.2).
 */
export function createFindKey(deps: FindKeyDeps): FindKey {
  const opened = new Map<string, KnownKey>();
  const open = (accessKeyId: string, token: string): KnownKey | undefined => {
    const known = opened.get(token);
    if (known) return known.principal.accessKeyId === accessKeyId ? known : undefined;
    const claims = openSession(deps.box, accessKeyId, token);
    if (!claims) return undefined;
    if (opened.size >= LIMIT) opened.delete(opened.keys().next().value!);
    const key = knownKey(claims);
    opened.set(token, key);
    return key;
  };
  return async (accessKeyId, sessionToken) => {
    if (sessionToken === undefined) return accessKeyId.startsWith('AKIA') ? await deps.findStoredKey(accessKeyId) : undefined;
    const key = open(accessKeyId, sessionToken);
    if (!key?.principal.role) return key;
    const role = await deps.findRole(key.principal.account, key.principal.role.name);
    return role?.id === key.principal.role.id ? key : undefined;
  };
}
