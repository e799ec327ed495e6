import { fail, isFailure, platformFailure } from '../../kernel/index.ts';
import { type Place, parseArn } from '../../model/index.ts';
import { applications, stages } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { bringImages } from '../releases/images.ts';
import type { Released } from '../releases/releases.ts';
import { checkRole, findApplication } from './applications.ts';
import { type ChangePorts, currentRelease, readConfig, release, type StageChange } from './stage-changes.ts';

export interface Promotion extends Released {
  /** Names of variables that are set where it comes from and not where it goes. */
  readonly missing: readonly string[];
  /** The other way round. */
  readonly extra: readonly string[];
}

/** Brings the code and declaration that run here to another environment, whose own configuration stays. Nothing is built. */
export async function promote(deps: ChangePorts, how: StageChange, to: string, role?: string): Promise<Promotion> {
  const current = await currentRelease(deps, how.app, how.account);
  if (!current || current.contents.processes.length === 0) throw fail('InvalidRequest', `${how.app} has no code here to promote`);
  if (to === how.account) throw fail('InvalidRequest', 'this is the environment that it runs in');
  await makeStage(deps.ports, how, to, role);
  const there = Object.keys(await readConfig(deps, how.app, to));
  const here = Object.keys(current.config.digests);
  const { resources, checks } = current.contents;
  const { stage } = await findApplication(deps.ports, how.app, to);
  const bringing = { app: how.app, to: { account: to, region: stage.region }, commit: current.commit };
  const processes = await bringImages(deps.ports, bringing, current.contents.processes);
  const built = { processes, resources, checks, ...(current.commit === undefined ? {} : { commit: current.commit }) };
  const from = (await deps.ports.findEnvironment(how.account))?.name ?? how.account;
  const description = `Promote v${current.number} of ${from}`;
  const released = await release(deps, { ...how, account: to }, () => ({ change: { reason: 'promotion', built }, description }));
  return {
    ...released,
    missing: here.filter((name) => !there.includes(name)),
    extra: there.filter((name) => !here.includes(name)),
  };
}

/** The stage in another environment, made when it is not there. role: default the one it has, else that of the same name in that account. */
export async function makeStage(
  ports: PaasPorts,
  { app, account, actor }: Pick<StageChange, 'app' | 'account' | 'actor'>,
  to: string,
  role: string | undefined,
): Promise<void> {
  const { stage } = await findApplication(ports, app, account);
  const known = await ports.store.read.get(stages, [app, to]);
  if (known && (role === undefined || role === known.role)) return;
  const own = role ?? stage.role.replace(`::${account}:`, `::${to}:`);
  await findRole(ports, { account: to, region: stage.region }, own);
  const at = ports.clock.now();
  await ports.store.transact(async (tx) => {
    if (!(await tx.get(applications, [app]))) throw platformFailure('NoSuchThing', `application ${app}`); // it may have gone meanwhile
    const there = await tx.get(stages, [app, to]);
    await tx.put(stages, { app, account: to, region: stage.region, next: 1, ...there, role: own });
    await ports.audit(tx, { actor, action: there ? 'role' : 'create', app, account: to, detail: `role ${own}`, at });
  });
}

/** Rejects with InvalidRequest when the role is not there, or not of that account: nothing that runs functions makes one. */
export async function findRole({ operateAt }: Pick<PaasPorts, 'operateAt'>, place: Place, role: string): Promise<void> {
  checkRole(role);
  if (parseArn(role)?.account !== place.account)
    throw fail('InvalidRequest', `${role} is not of account ${place.account}, whose functions it is for`);
  try {
    await operateAt(place)('iam', 'GetRole', { RoleName: role.split('/').at(-1) });
  } catch (error) {
    if (!isFailure(error, 'NoSuchEntity')) throw error;
    const next = `make it in account ${place.account} (aws iam create-role), with what its functions may do, or name another with --role`;
    throw fail('InvalidRequest', `there is no role ${role}`, { fields: { next } });
  }
}
