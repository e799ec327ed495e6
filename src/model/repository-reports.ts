import type { RepositoryProvider } from './repository-events.ts';

/** A repository elsewhere, as its host's API names it. */
export interface RepositoryPlace {
  readonly provider: RepositoryProvider;
  /** Without a slash at the end: `https://api.github.com`, `https://gitlab.example/api/v4`. */
  readonly api: string;
  /** `owner/name`; of GitLab with all groups. */
  readonly repository: string;
}

export interface CommitReport {
  readonly commit: string;
  readonly state: 'pending' | 'success' | 'failure';
  /** For people; cut to what the host takes. */
  readonly description: string;
  readonly url: string;
  /** What the report is of: `dalamb/prod`. A later one of the same name replaces it. */
  readonly context: string;
}

/** A POST of JSON to a host's API. */
export interface ReportRequest {
  readonly url: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const LONGEST = 140; // GitHub's; the others take more

const STATES = {
  github: { pending: 'pending', success: 'success', failure: 'failure' },
  gitea: { pending: 'pending', success: 'success', failure: 'failure' },
  gitlab: { pending: 'running', success: 'success', failure: 'failed' },
  bitbucket: { pending: 'INPROGRESS', success: 'SUCCESSFUL', failure: 'FAILED' },
} as const;

/** How a commit's status is told, by each host's documented API. */
export function statusRequest({ provider, api, repository }: RepositoryPlace, report: CommitReport): ReportRequest {
  const { commit, url, context } = report;
  const state = STATES[provider][report.state];
  const description = shortened(report.description);
  switch (provider) {
    case 'github':
    case 'gitea':
      return {
        url: `${api}/repos/${pathOf(repository)}/statuses/${commit}`,
        body: { state, description, target_url: url, context },
      };
    case 'gitlab':
      return {
        url: `${api}/projects/${encodeURIComponent(repository)}/statuses/${commit}`,
        body: { state, description, target_url: url, name: context },
      };
    case 'bitbucket':
      return {
        url: `${api}/repositories/${pathOf(repository)}/commit/${commit}/statuses/build`,
        body: { state, description, url, key: context.slice(0, 40), name: context },
      };
  }
}

/** How a pull or merge request is commented on; text is Markdown. */
export function commentRequest({ provider, api, repository }: RepositoryPlace, number: number, text: string): ReportRequest {
  switch (provider) {
    case 'github':
    case 'gitea':
      return { url: `${api}/repos/${pathOf(repository)}/issues/${number}/comments`, body: { body: text } };
    case 'gitlab':
      return { url: `${api}/projects/${encodeURIComponent(repository)}/merge_requests/${number}/notes`, body: { body: text } };
    case 'bitbucket':
      return {
        url: `${api}/repositories/${pathOf(repository)}/pullrequests/${number}/comments`,
        body: { content: { raw: text } },
      };
  }
}

/** Where the API of a repository's host is, when nobody says: the services' own, else below the host. */
export function apiOf(provider: RepositoryProvider, url: { readonly origin: string; readonly hostname: string }): string {
  switch (provider) {
    case 'github':
      return url.hostname === 'github.com' ? 'https://api.github.com' : `${url.origin}/api/v3`;
    case 'gitlab':
      return `${url.origin}/api/v4`;
    case 'bitbucket':
      return url.hostname === 'bitbucket.org' ? 'https://api.bitbucket.org/2.0' : `${url.origin}/2.0`;
    case 'gitea':
      return `${url.origin}/api/v1`;
  }
}

/** The user that goes with a bare token when git asks for one. */
export const tokenUsers: Readonly<Record<RepositoryProvider, string>> = {
  github: 'x-access-token',
  gitlab: 'oauth2',
  bitbucket: 'x-token-auth',
  gitea: 'oauth2',
};

const pathOf = (repository: string) => repository.split('/').map(encodeURIComponent).join('/');

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
