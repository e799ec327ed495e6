import { allRows, fail, platformFailure } from '../../kernel/index.ts';
import { type Actor, type Application, functionName, type Place } from '../../model/index.ts';
import { checkBranch } from '../branch-names.ts';
import { applications, devStages, placed, releases, type StoredStage, stages, takeovers } from '../collections.ts';
import { endRoles } from '../people/members.ts';
import type { PaasPorts } from '../ports.ts';
import { removeImages } from '../releases/images.ts';
import { unsettle } from '../releases/settle.ts';
import { routeUrl } from '../sources/route-url.ts';

const NAME = /^[a-z][a-z0-9-]{0,39}$/;
const ROLE = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

export interface NewApplication {
  readonly name: string;
  /** ARN of the execution role of its functions. */
  readonly role: string;
  readonly branch: string;
}

/** An application with its stage in one environment. */
export interface ApplicationHere {
  readonly application: Application;
  readonly stage: StoredStage;
}

/** Makes an application in the environment of place. Rejects with InvalidRequest, NameTaken. */
export async function createApplication(
  ports: PaasPorts,
  place: Place,
  { name, role, branch }: NewApplication,
  actor: Actor,
): Promise<ApplicationHere> {
  checkName(name);
  checkRole(role);
  checkBranch(branch);
  const at = ports.clock.now();
  const { account, region } = place;
  const application = { name, home: account, region, branch, createdAt: at, createdBy: actor.name };
  const stage = { app: name, account, region, role, next: 1 };
  await ports.store.transact(async (tx) => {
    if (await tx.get(applications, [name])) throw platformFailure('NameTaken', `application ${name}`);
    await tx.put(applications, application);
    await tx.put(stages, stage);
    await ports.audit(tx, { actor, action: 'create', app: name, account, detail: `branch ${branch}, role ${role}`, at });
  });
  return { application, stage };
}

/** Throws InvalidRequest. */
export function checkName(name: string): void {
  if (!NAME.test(name))
    throw fail('InvalidRequest', `${JSON.stringify(name)} is no name: a letter, then up to 39 of a-z, 0-9 and -`);
}

/** Throws InvalidRequest. */
export function checkRole(role: string): void {
  if (!ROLE.test(role))
    throw fail('InvalidRequest', `${JSON.stringify(role)} is no ARN of a role: arn:aws:iam::ACCOUNT:role/NAME`);
}

/** Rejects with NoSuchThing. */
export async function findApplication(
  { store }: Pick<PaasPorts, 'store'>,
  app: string,
  account: string,
): Promise<ApplicationHere> {
  const application = await store.read.get(applications, [app]);
  const stage = await store.read.get(stages, [app, account]);
  if (!application || !stage)
    throw platformFailure('NoSuchThing', `application ${app} in environment ${account}`, {
      fields: { next: 'see what is there with: dalamb apps (another environment: --env)' },
    });
  return { application, stage };
}

/** The applications of one environment, by name. */
export function listApplications({ store }: Pick<PaasPorts, 'store'>, account: string): Promise<readonly StoredStage[]> {
  return allRows(store.read, stages, { index: 'account', prefix: [account] });
}

/**
 * Takes the application out of one environment: its event sources, functions and releases; data and logs stay. Resolves true when it was the
 * last: its name is free again, and roles on it are gone.
 */
export async function destroyStage(ports: PaasPorts, app: string, account: string, actor: Actor): Promise<boolean> {
  const { stage } = await findApplication(ports, app, account);
  if (stage.preparing !== undefined) throw platformFailure('ReleaseUnderWay', `v${stage.preparing} of ${app}`);
  await ports.store.transact(async (tx) => {
    const now = await tx.get(stages, [app, account]);
    if (now) await tx.put(stages, { ...now, ending: actor });
  });
  const known = await allRows(ports.store.read, releases, { prefix: [app, account] });
  const developed = await ports.store.read.get(devStages, [app, account]);
  const released = known.flatMap(({ contents }) => contents.processes.map(({ name }) => name));
  const processes = new Set([...released, ...(developed?.processes ?? [])]);
  await unsettle({ ports, stage }, [...processes]);
  await removeImages(ports, stage);
  return ports.store.transact(async (tx) => {
    for (const { number } of known) {
      await tx.delete(releases, [app, account, number]);
      await tx.delete(takeovers, [app, account, number]);
    }
    await tx.delete(stages, [app, account]);
    await tx.delete(devStages, [app, account]);
    const others = await tx.range(stages, { prefix: [app], limit: 1 });
    await ports.audit(tx, { actor, action: 'destroy', app, account, detail: `${known.length} releases`, at: ports.clock.now() });
    const last = others.items.length === 0;
    if (last) {
      await tx.delete(applications, [app]);
      await endRoles(tx, { app });
    }
    return last;
  });
}

/** What is in development here (docs/decisions/0013); nothing where releases run. */
export async function developedHere({ store }: Pick<PaasPorts, 'store'>, app: string, account: string) {
  const processes = (await store.read.get(devStages, [app, account]))?.processes ?? [];
  return processes.map((name) => ({ name, function: functionName(app, name) }));
}

/** The URLs at which its HTTP routes answer. */
export async function urlsOf(
  { store, publicUrl }: Pick<PaasPorts, 'store' | 'publicUrl'>,
  app: string,
  account: string,
): Promise<readonly string[]> {
  const items = await allRows(store.read, placed, { prefix: [app, account] });
  const now = (url: string) => (url.includes('.execute-api.') ? routeUrl(url, publicUrl()) : url); // the port may be another one by now
  return items.flatMap(({ source, url }) => (url === undefined ? [] : [`${source.replace(/^http:/, '')} ${now(url)}`]));
}
