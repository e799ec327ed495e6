import { platformFailure } from '../../kernel/index.ts';
import { tokenUsers } from '../../model/index.ts';
import { applications } from '../collections.ts';
import type { Git } from '../git/git.ts';
import type { PaasPorts } from '../ports.ts';
import type { RepositoryLink } from './collections.ts';
import { secretsOf } from './links.ts';

export interface FetchPorts {
  readonly ports: Pick<PaasPorts, 'store' | 'secrets'>;
  readonly git: Pick<Git, 'fetchInto'>;
}

/** Brings a branch of a repository elsewhere into the application's own; resolves to its commit now. Rejects with FetchFailed, GitBusy, NoSuchThing. */
export async function fetchBranch(
  { ports, git }: FetchPorts,
  link: RepositoryLink,
  branch: string,
  signal: AbortSignal,
): Promise<string> {
  const app = await ports.store.read.get(applications, [link.app]);
  if (!app) throw platformFailure('NoSuchThing', `application ${link.app}`);
  const { credentials } = secretsOf(ports, link);
  const known =
    credentials && ('token' in credentials ? { user: tokenUsers[link.provider], password: credentials.token } : credentials);
  return git.fetchInto({
    app,
    url: link.url,
    ...(known && { credentials: known }),
    ref: `refs/heads/${branch}`,
    signal,
  });
}
