import { z } from 'zod';
import { platformFailure } from '../../kernel/index.ts';
import type { Actor } from '../../model/index.ts';
import { type ApplicationHere, findApplication } from '../apps/applications.ts';
import { applications } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { type ReviewSettings, reviewSettings } from './collections.ts';

const DAYS = 7;

/** A change of ReviewSettings. */
export const newSettings = z.strictObject({
  base: z.string().min(1).describe('environment whose configuration is copied').optional(),
  omit: z
    .array(z.string().regex(/^\w{1,200}$/, 'is no name of a variable'))
    .max(200)
    .describe('variables that are not')
    .optional(),
  days: z.int().min(1).max(90).optional(),
});

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
  change: z.output<typeof newSettings>,
  actor: Actor,
): Promise<ReviewSettings> {
  const next = { ...(await settingsOf(ports, app)), ...change };
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
