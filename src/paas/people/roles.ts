import { type Clock, fail, type Store } from '../../kernel/index.ts';
import {
  type ActedOn,
  type Actor,
  type AppRole,
  type Audit,
  accountOfKey,
  type ControlAccess,
  controlAccess,
  EVERY,
  type Grant,
  gives,
  type MayCall,
  type RequireRole,
  touches,
} from '../../model/index.ts';
import { memberships } from './collections.ts';
import { functionOf, isProcess } from './function-owner.ts';

/** Memberships of one user. */
export const MOST_GRANTS = 500;

interface Deps {
  readonly store: Store;
  readonly clock: Clock;
  readonly audit: Audit;
}

/** What an actor may do, by who it is; its credential's scope apart. One read for a user. */
export async function grantsOf({ store }: Pick<Deps, 'store'>, actor: Actor): Promise<readonly Grant[]> {
  if (actor.kind === 'local') return [{ role: 'owner', app: EVERY, account: EVERY }];
  const account = accountOfKey(actor);
  if (account !== undefined) return [{ role: 'owner', app: EVERY, account }];
  if (actor.kind !== 'user') return [];
  return (await store.read.range(memberships, { prefix: [actor.name], limit: MOST_GRANTS })).items;
}

/** Judges by what an actor has, its scope included. */
export interface Judge {
  readonly gives: (role: Grant['role'], on: ActedOn) => boolean;
  readonly touches: (on: ActedOn) => boolean;
}

export async function judgeOf(deps: Pick<Deps, 'store'>, actor: Actor): Promise<Judge> {
  const grants = await grantsOf(deps, actor);
  const { scope } = actor;
  return {
    gives: (role, on) => gives(grants, role, on) && (scope === undefined || gives([scope], role, on)),
    touches: (on) => touches(grants, on) && (scope === undefined || touches([scope], on)),
  };
}

export function createRequireRole(deps: Pick<Deps, 'store'>): RequireRole {
  return async (actor, role, on) => {
    const judge = await judgeOf(deps, actor);
    if (!judge.gives(role, on)) throw denied(actor, role, on);
  };
}

function denied({ name, scope }: Actor, role: string, { app, account }: ActedOn) {
  const on = [app && `application ${app}`, account && `environment ${account}`].filter(Boolean).join(' in ') || 'the platform';
  const least = scope === undefined ? '' : `, or this token’s scope does not reach that far (${scopeText(scope)})`;
  return fail('AccessDenied', `${name} is not ${role} of ${on}${least}`, {
    status: 403,
    fields: { next: 'ask one of its owners for: dalamb members:add' },
  });
}

/** As it is written: `deployer:shop@dev`. */
export function scopeText({ role, app, account }: Grant): string {
  return `${role}${app === EVERY ? '' : `:${app}`}${account === EVERY ? '' : `@${account}`}`;
}

/** The gate before every route of the control API. */
export function createMayCall({ store, clock, audit }: Deps): MayCall {
  return async (call) => {
    const { actor, route, params, place } = call;
    const { account, region } = place;
    const access = controlAccess(route);
    const judge = await judgeOf({ store }, actor);
    const on = actedOn(access, params.app ?? '', account);
    const allowed = on === undefined ? judge.touches(touched(access, account)) : judge.gives(access.role, on);
    if (!allowed && !(access.on === 'function' && (await mayAsApplication(store, call, { judge, role: access.role }))))
      throw denied(actor, access.role, on ?? {});
    if (access.audit === 'here') {
      const said = Object.values(params).map((value) => ` ${value.slice(0, 200)}`);
      const detail = `${region}${said.join('')}`;
      const entry = { actor, action: `${route.method} ${route.path}`, account, detail, at: clock.now() };
      await store.transact((tx) => audit(tx, entry));
    }
    return judge.gives('reader', {}) ? undefined : account;
  };
}

/** What an application's people may with the functions of its processes, and their logs. */
function mayAsApplication(
  { read }: Store,
  { params, query, place }: Parameters<MayCall>[0],
  { judge, role }: { readonly judge: Judge; readonly role: AppRole },
): Promise<boolean> | false {
  const name = functionOf(params, query);
  const passes = (app: string) => judge.gives(role, { app, account: place.account });
  return name !== undefined && isProcess(read, place, { name, passes });
}

/** Undefined: any part of something is enough. */
function actedOn({ on }: ControlAccess, app: string, account: string): ActedOn | undefined {
  if (on === 'app') return { app, account };
  if (on === 'environment' || on === 'function') return { account };
  return on === 'platform' ? {} : undefined;
}

const touched = ({ on }: ControlAccess, account: string): ActedOn => (on === 'within' ? { account } : {});
