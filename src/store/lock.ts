import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { platformFailure } from '../kernel/index.ts';

/**
 * Keeps a second process out. The lock is one that the kernel holds for SQLite on an empty file, so that it goes with the process, however
 * it ends; `owner` only names the holder for people. Rejects with StoreLocked. Returns the release.
 */
export function lockDirectory(directory: string): () => void {
  const owner = path.join(directory, 'owner');
  const lock = new DatabaseSync(path.join(directory, 'lock'), { timeout: 0 });
  try {
    lock.exec('pragma locking_mode=exclusive; pragma journal_mode=memory; begin exclusive');
  } catch (error) {
    lock.close();
    throw platformFailure('StoreLocked', `${directory}, held by process ${readOwner(owner)}`, { cause: error });
  }
  fs.writeFileSync(owner, `${process.pid}\n`);
  return () => {
    fs.rmSync(owner, { force: true });
    lock.close();
  };
}

function readOwner(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
