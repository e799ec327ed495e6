import { execFile } from 'node:child_process';
import { fail } from '../kernel/index.ts';

/** Reads the URL of a git remote of the folder that the command runs in; undefined when there is none. */
export type RemoteUrl = (remote: string) => Promise<string | undefined>;

const GIT_MS = 5000;

export const remoteUrl: RemoteUrl = (remote) =>
  new Promise((resolve) => {
    execFile('git', ['remote', 'get-url', remote], { timeout: GIT_MS }, (error, stdout) => {
      resolve(error ? undefined : stdout.trim());
    });
  });

/** The application: --app, else that of the git remote named dalamb. Throws WrongUsage. */
export async function appName(given: string | undefined, remote: RemoteUrl): Promise<string> {
  if (given !== undefined) return given;
  const found = /\/([a-z][a-z0-9-]*)\.git\/?$/.exec((await remote('dalamb')) ?? '');
  if (found) return found[1]!;
  throw fail(
    'WrongUsage',
    'which application? Say --app APP, or run this where the git remote dalamb is (dalamb git:remote APP)',
  );
}
