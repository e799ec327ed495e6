import fs from 'node:fs/promises';
import path from 'node:path';
import { platformFailure } from '../kernel/index.ts';

/** A file that lies over those of another tree. */
export interface TreeFile {
  /** Relative, with `/`, without `.` and `..`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** Writes files below an empty directory that is ours alone. Resolves to their bytes; rejects with InvalidArchive for names that lead out or clash. */
export async function writePatch(directory: string, files: readonly TreeFile[]): Promise<number> {
  for (const { name, bytes, executable } of files) {
    const parts = name.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..' || /[\0\\]/.test(part))) throw refused(name);
    await makeFolders(directory, parts.slice(0, -1));
    const target = path.join(directory, name);
    try {
      await fs.writeFile(target, bytes, { flag: 'wx' });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'EEXIST' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' ? refused(name) : error;
    }
    await fs.chmod(target, executable ? 0o755 : 0o644);
  }
  return files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}

async function makeFolders(directory: string, parts: readonly string[]): Promise<void> {
  for (let depth = 1; depth <= parts.length; depth++) {
    const folder = path.join(directory, ...parts.slice(0, depth));
    try {
      await fs.mkdir(folder);
      await fs.chmod(folder, 0o755); // the umask may have taken bits away
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function refused(name: string) {
  return platformFailure('InvalidArchive', `entry ${JSON.stringify(name.slice(0, 200))} cannot lie there`);
}
