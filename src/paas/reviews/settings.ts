import { platformFailure } from '../../kernel/index.ts';
import type { Actor } from '../../model/index.ts';
import { type ApplicationHere, findApplication } from '../apps/applications.ts';
import { applications } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { type ReviewSettings, reviewSettings } from './collections.ts';

const DAYS = 7;
const MOST_DAYS = 90;
const MOST_OMITTED = 200;

/** Those of an application; default: the configuration of its home, all of it, for seven days. Rejects with NoSuchThing. */
export async function settingsOf(ports: PaasPorts, app: string): Promise<ReviewSettings> {
  const application = await ports.store.read.get(applications, [app]);
  if (!application) throw platformFailure('NoSuchThing', `application ${app}`);
  const { createdAt: appCreatedAt } = application;
  const found = await ports.store.read.get(reviewSettings, [app]);
  if (found?.appCreatedAt === appCreatedAt) return found;
  const home = await ports.findEnvironment(application.home);
  return { app, appCreatedAt, base: home?.name ?? application.home, omit: [], days: DAYS };
}

/** The stage whose configuration and role are copied. Rejects with NoSuchThing. */
export async function baseOf(ports: PaasPorts, { app, base }: ReviewSettings): Promise<ApplicationHere> {
  const environment = await ports.findEnvironment(base);
  if (!environment) throw platformFailure('NoSuchThing', `environment ${base}, with which review apps of ${app} begin`);
  return findApplication(ports, app, environment.account);
}

/** Rejects with InvalidRequest, NoSuchThing; the actor must be allowed to read the configuration that is copied. */
export async function changeSettings(
  ports: PaasPorts,
  app: string,
  change: Readonly<Record<string, unknown>>,
  actor: Actor,
): Promise<ReviewSettings> {
  const next = { ...(await settingsOf(ports, app)), ...checked(change) };
  const { stage } = await baseOf(ports, next);
  await ports.requireRole(actor, 'deployer', { app, account: stage.account });
  const detail = `base ${next.base}, without ${next.omit.join(', ') || 'nothing'}, ${next.days} days`;
  const at = ports.clock.now();
  await ports.store.transact(async (tx) => {
    await tx.put(reviewSettings, next);
    await ports.audit(tx, { actor, action: 'reviews:settings', app, detail, at });
  });
  return next;
}

function checked({ base, omit, days }: Readonly<Record<string, unknown>>): Partial<ReviewSettings> {
  if (base !== undefined && (typeof base !== 'string' || base === '')) throw platformFailure('InvalidRequest', 'base is a text');
  const isNames = (list: unknown): list is string[] =>
    Array.isArray(list) &&
    list.length <= MOST_OMITTED &&
    list.every((name) => typeof name === 'string' && /^\w{1,200}$/.test(name));
  if (omit !== undefined && !isNames(omit))
    throw platformFailure('InvalidRequest', `omit is a list of at most ${MOST_OMITTED} names of variables`);
  const isDays = Number.isInteger(days) && Number(days) >= 1 && Number(days) <= MOST_DAYS;
  if (days !== undefined && !isDays) throw platformFailure('InvalidRequest', `days is a whole number from 1 to ${MOST_DAYS}`);
  return {
    ...(base !== undefined && { base }),
    ...(omit !== undefined && { omit }),
    ...(days !== undefined && { days: Number(days) }),
  };
}
