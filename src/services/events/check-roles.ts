import type { EventsDeps } from './deps.ts';
import { invalid } from './refusals.ts';

const SERVICE = 'events.amazonaws.com';

/** Whether rules may act in these roles: each must trust EventBridge. Throws ValidationException. */
export async function checkRoles({ checkRole }: EventsDeps, roles: readonly (string | undefined)[]): Promise<void> {
  for (const role of new Set(roles)) {
    if (role === undefined || (await checkRole(role, SERVICE)) === 'ok') continue;
    throw invalid(`Provided role '${role}' cannot be assumed by principal '${SERVICE}'.`);
  }
}
