import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Repository {
  readonly folder: string;
  /** Writes files, and commits everything. */
  commit(message: string, files: Readonly<Record<string, string>>): Promise<void>;
  /** Pushes main to a remote; resolves to what git said. Rejects with its stderr. */
  push(remote: string): Promise<string>;
}

/** A folder with a git repository, whose user has no settings of their own. */
export async function repositoryAt(folder: string, remotes: Readonly<Record<string, string>>): Promise<Repository> {
  fs.mkdirSync(folder, { recursive: true });
  const identity = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.com', '-c', 'gc.auto=0'];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: string[]) => run('git', [...identity, ...args], { cwd: folder, env });
  await git('init', '-q', '-b', 'main');
  for (const [name, url] of Object.entries(remotes)) await git('remote', 'add', name, url);
  return {
    folder,
    async commit(message, files) {
      for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
      await git('add', '.');
      await git('commit', '-q', '-m', message);
    },
    async push(remote) {
      return (await git('push', remote, 'main')).stderr;
    },
  };
}

/** Two functions of Node.js that answer with the number of their code, and the id that they were asked with. */
export function twoFunctions(number: number, imports = ''): Record<string, string> {
  const code = `${imports}export const handler = async (event) => ({ number: ${number}, id: event.id ?? event.queryStringParameters.id });\n`;
  return { Procfile: 'one: one.handler\ntwo: two.handler\n', 'one.mjs': code, 'two.mjs': code };
}
