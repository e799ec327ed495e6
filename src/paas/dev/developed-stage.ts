import { isFailure, platformFailure } from '../../kernel/index.ts';
import type { Application, Place, Release } from '../../model/index.ts';
import { checkName, checkRole, createApplication } from '../apps/applications.ts';
import type { StageChange } from '../apps/stage-changes.ts';
import { applications, devStages, releases, type StoredStage, stages } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';

export interface Developing extends StageChange {
  readonly region: string;
  /** ARN of the execution role of its functions, where the stage is made; default one of its own. */
  readonly role?: string;
}

/** A stage and the release whose configuration holds, if there is one. */
export interface Developed {
  readonly stage: StoredStage;
  readonly release: Release | undefined;
}

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const POLICY = 'arn:aws:iam::aws:policy/PowerUserAccess';

/**
 * The stage to develop in; makes application, stage and role where they are not there. Rejects with InvalidRequest when releases run there,
 * ReleaseUnderWay, AccessDenied.
 */
export async function developedStage(
  ports: PaasPorts,
  how: Developing,
  created: (app: Application) => Promise<void>,
): Promise<Developed> {
  const { read } = ports.store;
  const { app, account } = how;
  const stage = await read.get(stages, [app, account]);
  if (!stage) return { stage: await makeStage(ports, how, created), release: undefined };
  if (how.role !== undefined && how.role !== stage.role)
    throw platformFailure('InvalidRequest', `the role of ${app} in this environment is ${stage.role}`, { status: 409 });
  return { stage, release: await checkDevelops(ports, stage) };
}

/** Resolves to the release whose configuration holds. Rejects with InvalidRequest when one with code runs, ReleaseUnderWay. */
export async function checkDevelops({ store: { read } }: PaasPorts, stage: StoredStage): Promise<Release | undefined> {
  const { app, account } = stage;
  if (stage.preparing !== undefined) throw platformFailure('ReleaseUnderWay', `v${stage.preparing} of ${app}`);
  if (stage.ending) throw platformFailure('ReleaseUnderWay', `${app} is being destroyed`);
  const release = stage.current === undefined ? undefined : await read.get(releases, [app, account, stage.current]);
  if (release && release.contents.processes.length > 0)
    throw platformFailure('InvalidRequest', `v${release.number} of ${app} runs in this environment`, {
      status: 409,
      fields: { next: 'develop in another one: dalamb dev --env NAME' },
    });
  return release;
}

async function makeStage(ports: PaasPorts, how: Developing, created: (app: Application) => Promise<void>): Promise<StoredStage> {
  const { app, account, actor } = how;
  await ports.requireRole(actor, 'owner', { account });
  checkName(app);
  const application = await ports.store.read.get(applications, [app]);
  if (application) await ports.requireRole(actor, 'reader', { app, account: application.home }); // of another home, it is not the environment's owner's
  const place = { account, region: application?.region ?? how.region };
  const role = how.role ?? (await makeRole(ports, place, app));
  checkRole(role);
  if (!application) {
    const made = await createApplication(ports, place, { name: app, role, branch: 'main' }, actor);
    await ports.store.transact((tx) => tx.put(devStages, { app, account, processes: [], made: true }));
    await created(made.application);
    return made.stage;
  }
  const stage = { app, ...place, role, next: 1 };
  const at = ports.clock.now();
  await ports.store.transact(async (tx) => {
    await tx.put(stages, stage);
    await tx.put(devStages, { app, account, processes: [], made: true });
    await ports.audit(tx, { actor, action: 'create', app, account, detail: `for development, role ${role}`, at });
  });
  return stage;
}

/** All of the environment's services but its users and roles. */
async function makeRole(ports: PaasPorts, place: Place, app: string): Promise<string> {
  const operate = ports.operateAt(place);
  const RoleName = `${app}-dev`;
  const Description = `Development of application ${app}`; // a role that somebody else made is given nothing
  try {
    await operate('iam', 'CreateRole', { RoleName, Description, AssumeRolePolicyDocument: JSON.stringify(TRUST) });
  } catch (error) {
    if (!isFailure(error, 'EntityAlreadyExists')) throw error;
    const { Role } = await operate<{ Role: { Description?: string } }>('iam', 'GetRole', { RoleName });
    if (Role.Description !== Description)
      throw platformFailure('NameTaken', `role ${RoleName}`, { fields: { next: 'name the role to use: --role ARN' } });
  }
  await operate('iam', 'AttachRolePolicy', { RoleName, PolicyArn: POLICY });
  return `arn:aws:iam::${place.account}:role/${RoleName}`;
}
