import fs from 'node:fs/promises';
import path from 'node:path';
import { platformFailure } from '../../kernel/index.ts';
import type { Application } from '../../model/index.ts';
import { outputOf, type RunGit } from './git-process.ts';

export type RepositoryOf = Pick<Application, 'name' | 'branch'>;

/** The bare repositories below one directory; each is made whole and then given its name, and loses its name before it is removed. */
export interface Repositories {
  /** Absolute; whether or not it is there. */
  path(app: string): string;
  /** Makes it, unless it is there. */
  ensure(app: RepositoryOf): Promise<string>;
  /** What is gone already is fine. */
  remove(app: string): Promise<void>;
  names(): Promise<string[]>;
  /** Bytes of its objects. */
  bytes(app: string): Promise<number>;
  /** Takes away locks of refs that killed processes left; only while none holds one. */
  unlock(app: string): Promise<void>;
  /** The same with all else that they left half; only while none works in it. */
  sweep(app: string): Promise<void>;
  /** The same for all, and for repositories half made or half removed; at the start. */
  sweepAll(): Promise<void>;
}

/** Repository-own rules stand above those in the tree: what is archived is what was committed, byte for byte, whatever .gitattributes says. */
const ATTRIBUTES = '* -text -ident -filter !eol !working-tree-encoding -export-ignore -export-subst\n';

export const APP_NAME = /^[a-z][a-z0-9-]{0,39}$/;

export function createRepositories(root: string, git: RunGit, unique: () => string): Repositories {
  const pathOf = (app: string) => {
    if (!APP_NAME.test(app)) throw platformFailure('InvalidRequest', `${JSON.stringify(app)} is no name of an application`);
    return path.join(root, `${app}.git`);
  };
  const making = new Map<string, Promise<string>>();
  const names = async () =>
    (await fs.readdir(root)).filter((name) => name.endsWith('.git') && !name.startsWith('.')).map((name) => name.slice(0, -4));

  const make = async ({ name, branch }: RepositoryOf) => {
    const to = pathOf(name);
    if (await isThere(path.join(to, 'HEAD'))) return to;
    const from = path.join(root, `.new-${unique()}`);
    await outputOf(git, { args: ['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, from] });
    await fs.mkdir(path.join(from, 'info'), { recursive: true });
    await fs.writeFile(path.join(from, 'info/attributes'), ATTRIBUTES);
    await fs.rename(from, to);
    return to;
  };

  return {
    path: pathOf,
    names,
    ensure(app) {
      const made = making.get(app.name) ?? make(app).finally(() => making.delete(app.name));
      making.set(app.name, made);
      return made;
    },
    async remove(app) {
      const gone = path.join(root, `.gone-${unique()}`);
      try {
        await fs.rename(pathOf(app), gone);
      } catch (error) {
        if (isMissing(error)) return;
        throw error;
      }
      await fs.rm(gone, { recursive: true, force: true });
    },
    bytes: (app) => bytesBelow(path.join(pathOf(app), 'objects')),
    unlock: (app) => unlock(pathOf(app)),
    sweep: (app) => sweep(pathOf(app)),
    async sweepAll() {
      for (const name of await fs.readdir(root))
        if (/^\.(new|gone)-/.test(name)) await fs.rm(path.join(root, name), { recursive: true, force: true });
      for (const name of await names()) if (APP_NAME.test(name)) await sweep(pathOf(name));
    },
  };
}

/** Quarantines of pushes, packs that were being written, locks. */
async function sweep(repository: string): Promise<void> {
  for (const name of await entries(path.join(repository, 'objects')))
    if (/^(tmp_|incoming-)/.test(name)) await drop(path.join(repository, 'objects', name));
  for (const name of await entries(path.join(repository, 'objects/pack')))
    if (/^(\.?tmp|.*\.(keep|lock)$)/.test(name)) await drop(path.join(repository, 'objects/pack', name));
  await unlock(repository);
}

async function unlock(repository: string): Promise<void> {
  for (const name of await entries(repository))
    if (name.endsWith('.lock') || name === 'gc.pid') await drop(path.join(repository, name));
  for (const name of await fs.readdir(path.join(repository, 'refs'), { recursive: true }).catch(() => []))
    if (name.endsWith('.lock')) await drop(path.join(repository, 'refs', name));
}

const drop = (file: string) => fs.rm(file, { recursive: true, force: true });

const entries = (directory: string) => fs.readdir(directory).catch(() => [] as string[]);

export async function bytesBelow(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await fs.readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []))
    if (entry.isFile()) bytes += (await fs.stat(path.join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  return bytes;
}

async function isThere(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
