import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type Logger } from '../../kernel/index.ts';
import {
  type CommitReport,
  commentRequest,
  type MayConnect,
  type ReportRequest,
  type RepositoryProvider,
  statusRequest,
} from '../../model/index.ts';
import type { PaasPorts } from '../ports.ts';
import type { LinkSecrets, RepositoryLink } from './collections.ts';
import { secretsOf } from './links.ts';
import { post } from './outgoing.ts';

export interface ReportPorts {
  readonly secrets: PaasPorts['secrets'];
  readonly logger: Logger;
  readonly mayConnect: MayConnect;
  /** Waits between tries of one report, in ms; default 1 s and 4 s. */
  readonly retryMs?: readonly number[];
}

/** Tells the repository's host what became of a commit. What cannot be told is logged and never fails anything. */
export async function reportStatus(
  ports: ReportPorts,
  link: RepositoryLink,
  report: CommitReport,
  signal: AbortSignal,
): Promise<void> {
  await send(ports, link, statusRequest(link, report), signal);
}

/** Comments on a pull or merge request; the same holds. */
export async function comment(
  ports: ReportPorts,
  link: RepositoryLink,
  { number, text }: { readonly number: number; readonly text: string },
  signal: AbortSignal,
): Promise<void> {
  await send(ports, link, commentRequest(link, number, text), signal);
}

async function send(ports: ReportPorts, link: RepositoryLink, { url, body }: ReportRequest, signal: AbortSignal): Promise<void> {
  const { credentials } = secretsOf(ports, link);
  if (!credentials) return; // nobody may report without
  const headers = { authorization: authorizationOf(link.provider, credentials) };
  const waits = ports.retryMs ?? [1000, 4000];
  let why = '';
  for (const wait of [...waits, undefined]) {
    try {
      const status = await post(ports.mayConnect, { url, headers, body, signal });
      if (status >= 200 && status < 300) return;
      why = `it answered ${status}`;
      if (status < 500 && status !== 429) break;
    } catch (error) {
      why = error instanceof Error ? error.message : describe(error);
    }
    if (wait === undefined || signal.aborted) break;
    await sleep(wait, undefined, { signal }).catch(() => {});
  }
  ports.logger.warn('a repository elsewhere could not be told', { app: link.app, url, why });
}

/** Tokens as bearers; Gitea has its own word for it, and GitLab knows no passwords. */
function authorizationOf(provider: RepositoryProvider, credentials: NonNullable<LinkSecrets['credentials']>): string {
  if ('token' in credentials) return provider === 'gitea' ? `token ${credentials.token}` : `Bearer ${credentials.token}`;
  const { user, password } = credentials;
  if (provider === 'gitlab') return `Bearer ${password}`;
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
