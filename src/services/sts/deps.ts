import type { Authorize, FindRole, FindStoredKey } from '../../model/index.ts';
import type { TokenDeps } from './session-tokens.ts';

/** What the operations need from outside. */
export interface StsDeps extends TokenDeps {
  readonly findRole: FindRole;
  readonly findStoredKey: FindStoredKey;
  readonly authorize: Authorize;
}
