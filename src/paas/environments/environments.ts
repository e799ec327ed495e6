import { allRows, type Clock, type Ids, platformFailure, type Store, type Transaction } from '../../kernel/index.ts';
import type { Actor, Audit, ControlRoute, Environment, RequireRole } from '../../model/index.ts';
import { applications, devStages, releases, stages } from '../collections.ts';
import type { People } from '../people/people.ts';
import { environments } from './collections.ts';
import { given, isAccount, listNamed, named } from './find.ts';
import { environmentRoutes } from './routes.ts';

const NAME = /^[a-z][a-z0-9-]{0,30}$/;
/** As review apps are called (reviews/rows.ts). */
const REVIEW_NAME = /^r-(?:[a-z0-9-]*-)?[0-9a-f]{6}$/;
const MOST = 900;
const TRIES = 8;
const DEFAULT = given[0]!.account;

export interface EnvironmentDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly audit: Audit;
  readonly requireRole: RequireRole;
  readonly endRoles: People['endRoles'];
}

export interface Environments {
  /** Makes one with an account of its own. Rejects with InvalidRequest, NameTaken. */
  create(wish: Pick<Environment, 'name' | 'review'>, actor: Actor): Promise<Environment>;
  /** From its name, or from 12 digits that have none. Rejects with InvalidRequest, NoSuchThing, NameTaken. */
  rename(name: string, to: string, actor: Actor): Promise<Environment>;
  /**
   * Takes its name and everybody's roles in it away. What is in its account stays; nobody is given that account again. Rejects with NoSuchThing, and
   * with InvalidRequest 409 while applications are in it.
   */
  destroy(name: string, actor: Actor): Promise<Environment>;
  /** Those with a name, by it. */
  list(): Promise<readonly Environment[]>;
  readonly routes: readonly ControlRoute[];
}

/** An environment is an account with a name (docs/environments.md). */
export function createEnvironments(deps: EnvironmentDeps): Environments {
  const { store } = deps;
  const all: Omit<Environments, 'routes'> = {
    create: (wish, actor) => store.transact((tx) => create(tx, deps, { wish, actor })),
    rename: (name, to, actor) => store.transact((tx) => rename(tx, deps, { name, to, actor })),
    destroy: (name, actor) => store.transact((tx) => destroy(tx, deps, { name, actor })),
    list: () => listNamed(store.read),
  };
  return { ...all, routes: environmentRoutes(deps, all) };
}

interface Creation {
  readonly wish: Pick<Environment, 'name' | 'review'>;
  readonly actor: Actor;
}

async function create(tx: Transaction, deps: EnvironmentDeps, { wish: { name, review }, actor }: Creation): Promise<Environment> {
  await checkFree(tx, name, review !== undefined);
  if ((await tx.count(environments, [], { index: 'name' })) >= MOST)
    throw platformFailure('InvalidRequest', `there are ${MOST} environments: destroy some with dalamb env:destroy`);
  const at = deps.clock.now();
  const account = await freeAccount(tx, deps.ids);
  const environment: Environment = { name, account, kind: review ? 'review' : 'named', createdAt: at, ...(review && { review }) };
  await tx.put(environments, environment);
  const app = review === undefined ? {} : { app: review.app };
  await deps.audit(tx, { actor, action: 'env:create', ...app, account, detail: `${name} is ${account}`, at });
  return environment;
}

/** Throws InvalidRequest, NameTaken. */
async function checkFree(tx: Transaction, name: string, isReview: boolean): Promise<void> {
  if (!NAME.test(name))
    throw platformFailure(
      'InvalidRequest',
      `${JSON.stringify(name.slice(0, 80))} is no name: a letter, then up to 30 of a-z, 0-9 and -`,
    );
  if (!isReview && REVIEW_NAME.test(name))
    throw platformFailure(
      'InvalidRequest',
      `names like ${name} are those of review apps: another could stand where one is to be made`,
    );
  if (await named(tx, name)) throw platformFailure('NameTaken', `environment ${name}`);
}

/** 12 random digits, not 0 first, which belong to no environment that is or was, and to no stage. */
async function freeAccount(tx: Transaction, ids: Ids): Promise<string> {
  for (let tried = 0; tried < TRIES; tried++) {
    const account = String(100_000_000_000n + (BigInt(`0x${ids.hex(8)}`) % 900_000_000_000n));
    const known = given.some((one) => one.account === account) || (await tx.get(environments, [account])) !== undefined;
    if (!known && (await appsIn(tx, account)).length === 0) return account;
  }
  throw platformFailure('NameTaken', 'no free account was found: try again');
}

async function appsIn(tx: Transaction, account: string): Promise<readonly string[]> {
  const { items } = await tx.range(stages, { index: 'account', prefix: [account], limit: 10 });
  return items.map(({ app }) => app);
}

interface Renaming {
  readonly name: string;
  readonly to: string;
  readonly actor: Actor;
}

async function rename(tx: Transaction, { audit, clock }: EnvironmentDeps, { name, to, actor }: Renaming): Promise<Environment> {
  const found = isAccount(name) ? await unnamed(tx, name, clock.now()) : await changeable(tx, name);
  await checkFree(tx, to, false);
  await refuseNamedAfter(tx, found);
  const renamed = { ...found, name: to };
  await tx.put(environments, renamed);
  await audit(tx, { actor, action: 'env:rename', account: found.account, detail: `${name} is ${to}`, at: clock.now() });
  return renamed;
}

/** Resources away from an application's home have the environment's name in theirs: with another name they would be others, and empty. */
async function refuseNamedAfter(tx: Transaction, { account, kind }: Environment): Promise<void> {
  if (kind === 'review')
    throw platformFailure('InvalidRequest', 'the environment of a review app keeps its name', { status: 409 });
  for (const { app, current, preparing } of await allRows(tx, stages, { index: 'account', prefix: [account] })) {
    if ((await tx.get(applications, [app]))?.home === account) continue;
    const numbers = [current, preparing].filter((one) => one !== undefined);
    const known = await Promise.all(numbers.map((number) => tx.get(releases, [app, account, number])));
    const developed = (await tx.get(devStages, [app, account]))?.processes ?? []; // which resources it made, only its folder says
    if (developed.length > 0 || known.some((release) => release && release.contents.resources.length > 0))
      throw platformFailure('InvalidRequest', `resources of ${app} are named after this environment, and would be others then`, {
        status: 409,
        fields: { next: `take the application out of it first: dalamb destroy ${app} --env ${account} --confirm ${app}` },
      });
  }
}

/** An account in use that is to get a name. Throws InvalidRequest. */
async function unnamed(tx: Transaction, account: string, createdAt: number): Promise<Environment> {
  const stored = await tx.get(environments, [account]);
  const known = stored ?? given.find((one) => one.account === account);
  if (known?.name !== undefined) throw platformFailure('InvalidRequest', `${account} has a name: ${known.name}`);
  if (stored) throw platformFailure('InvalidRequest', `the environment of ${account} was destroyed`);
  return { name: account, account, kind: 'named', createdAt };
}

async function changeable(tx: Transaction, name: string): Promise<Environment> {
  const found = await named(tx, name);
  if (!found)
    throw platformFailure('NoSuchThing', `environment ${name}`, { fields: { next: 'see what is there with: dalamb env' } });
  if (found.account === DEFAULT)
    throw platformFailure('InvalidRequest', `${name} is where requests go that name no environment: it stays`);
  return found;
}

async function destroy(tx: Transaction, deps: EnvironmentDeps, { name, actor }: Omit<Renaming, 'to'>): Promise<Environment> {
  const found = await changeable(tx, name);
  const { account, kind, createdAt } = found;
  const apps = await appsIn(tx, account);
  if (apps.length > 0)
    throw platformFailure('InvalidRequest', `applications are in ${name}: ${apps.join(', ')}`, {
      status: 409,
      fields: { next: `take them out first: dalamb destroy ${apps[0]} --env ${name} --confirm ${apps[0]}` },
    });
  const at = deps.clock.now();
  await deps.endRoles(tx, { account });
  await tx.put(environments, { account, kind, createdAt, endedAt: at });
  await deps.audit(tx, { actor, action: 'env:destroy', account, detail: `${name} was ${account}`, at });
  return found;
}
