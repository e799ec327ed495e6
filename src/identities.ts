import { createVerifyToken } from './control-routes.ts';
import type { Clock, Ids, SecretBox, Store } from './kernel/index.ts';
import { createEnvironments, createFindEnvironment, createPeople } from './paas/index.ts';
import { createFindResourcePolicy } from './resource-policies.ts';
import * as iam from './services/iam/index.ts';
import { createFindKey, createIssueCredentials, stsService } from './services/sts/index.ts';

/** Who may do what: the identities, and every port that asks about them. */
export function openIdentities({ base, box }: { base: { store: Store; clock: Clock; ids: Ids }; box: SecretBox }) {
  const identities = iam.createIdentities({ ...base, box });
  const authorize = iam.createAuthorize(identities);
  const findRole = iam.createFindRole(identities);
  const findResourcePolicy = createFindResourcePolicy(base.store.read);
  const findStoredKey = iam.createFindStoredKey({ ...base, box });
  const verifyToken = createVerifyToken(findStoredKey);
  const findEnvironment = createFindEnvironment(base);
  const people = createPeople({ ...base, findEnvironment, verifyKey: verifyToken });
  const environments = createEnvironments({ ...base, ...people });
  return {
    ...people,
    findEnvironment,
    environments,
    routes: [...people.routes, ...environments.routes],
    identities,
    authorize,
    findRole,
    checkRole: iam.createCheckRole(identities),
    mayAct: iam.createMayAct({ findRole, authorize, findResourcePolicy }),
    verifyToken,
    findKey: createFindKey({ ...base, box, findRole, findStoredKey }),
    sts: stsService({ ...base, box, findRole, findStoredKey, authorize }),
    issueCredentials: createIssueCredentials({ ...base, box, findRole }),
  };
}
