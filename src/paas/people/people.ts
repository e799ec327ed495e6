import type { Clock, Ids, Store, Transaction } from '../../kernel/index.ts';
import {
  type Audit,
  type ControlRoute,
  type FindActor,
  type FindEnvironment,
  keyActor,
  type MayCall,
  type RequireRole,
} from '../../model/index.ts';
import { createAudit } from './audit.ts';
import { endRoles } from './members.ts';
import { createMayCall, createRequireRole } from './roles.ts';
import { peopleRoutes } from './routes.ts';
import { findSshActor } from './ssh-keys.ts';
import { findTokenActor } from './tokens.ts';

export interface PeoplePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly findEnvironment: FindEnvironment;
  /** The account of an access key given as `ID.SECRET`; undefined: it is none that holds. */
  readonly verifyKey: (token: string) => Promise<string | undefined>;
}

/** What the parts of this folder work with. */
export interface PeopleDeps extends PeoplePorts {
  readonly audit: Audit;
  readonly requireRole: RequireRole;
}

export interface People {
  readonly findActor: FindActor;
  readonly requireRole: RequireRole;
  readonly mayCall: MayCall;
  readonly audit: Audit;
  /** Takes away all roles on an application or in an environment that ends, in the caller's transaction. */
  readonly endRoles: (tx: Transaction, on: { readonly app: string } | { readonly account: string }) => Promise<void>;
  readonly routes: readonly ControlRoute[];
}

/** Users, what they hold, and what they may (docs/environments.md). Nobody is there from the start: the machine itself makes the first owner. */
export function createPeople(ports: PeoplePorts): People {
  const audit = createAudit(ports.ids);
  const deps: PeopleDeps = { ...ports, audit, requireRole: createRequireRole(ports) };
  return {
    findActor: async (credential) => {
      if ('sshKey' in credential) return findSshActor(deps, credential.sshKey);
      const user = await findTokenActor(deps, credential.token);
      if (user) return user;
      const account = await ports.verifyKey(credential.token);
      return account === undefined ? undefined : keyActor(account);
    },
    requireRole: deps.requireRole,
    mayCall: createMayCall({ ...ports, audit }),
    audit,
    endRoles,
    routes: peopleRoutes(deps),
  };
}
