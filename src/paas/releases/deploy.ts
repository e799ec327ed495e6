import { platformFailure } from '../../kernel/index.ts';
import type { Deploy } from '../../model/index.ts';
import { findApplication } from '../apps/applications.ts';
import type { PaasPorts } from '../ports.ts';
import type { Releases } from './releases.ts';

/** A commit becomes a release: built, published, switched. What runs is untouched until all of it is ready. */
export function createDeploy(ports: PaasPorts, releases: Releases): Deploy {
  return async ({ app, account, commit, source, author, line, signal }) => {
    const { application } = await findApplication(ports, app, account);
    const built = await ports.build({ app, account, commit, source, line, signal });
    const { application: now } = await findApplication(ports, app, account);
    if (now.createdAt !== application.createdAt)
      throw platformFailure('NoSuchThing', `the application ${app} that this was built for: its name is another's now`);
    const actor = { name: author, kind: 'user' } as const;
    const { release, urls } = await releases.release({
      app,
      account,
      actor,
      line,
      signal,
      change: () => ({ change: { reason: 'deploy', built: { ...built, commit } } }),
    });
    return { release: release.number, urls };
  };
}
