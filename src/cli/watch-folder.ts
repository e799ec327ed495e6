import fs from 'node:fs';

export interface Watching {
  /** Folders that are to be looked at from now on. */
  follow(folders: readonly string[]): void;
  /** `watch`, or `poll` where the system tells of no changes. */
  readonly how: () => 'watch' | 'poll';
  close(): void;
}

/** An editor writes a file in several steps: what comes within this time of the last is one save. In ms. */
const SETTLE_MS = 30;
/** A folder that never rests is looked at all the same. */
const LATEST_MS = 300;
const POLL_MS = 500;
const MOST_FOLDERS = 4000;

/**
 * Calls changed after saves in the folders, each watched by itself: what is ignored costs nothing. It is told in which; undefined: perhaps in all.
 * Where that fails it calls it by the clock.
 */
export function watchFolders(changed: (within: ReadonlySet<string> | undefined) => void): Watching {
  const watchers = new Map<string, { readonly watcher: fs.FSWatcher; readonly ino: number | undefined }>();
  let within = new Set<string>();
  let polling: NodeJS.Timeout | undefined;
  let settling: NodeJS.Timeout | undefined;
  let first = 0;
  const touch = (folder: string) => {
    within.add(folder);
    const now = performance.now();
    if (settling === undefined) first = now;
    clearTimeout(settling);
    settling = setTimeout(
      () => {
        settling = undefined;
        const saved = within;
        within = new Set();
        changed(saved);
      },
      Math.max(0, Math.min(SETTLE_MS, first + LATEST_MS - now)),
    );
  };
  const closeAll = () => {
    for (const { watcher } of watchers.values()) watcher.close();
    watchers.clear();
  };
  const poll = () => {
    closeAll();
    polling ??= setInterval(() => changed(undefined), POLL_MS);
  };
  const watch = (folder: string) => {
    try {
      const ino = inoOf(folder);
      const watcher = fs.watch(folder, () => touch(folder));
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(folder);
        if (fs.existsSync(folder)) poll();
      });
      watchers.set(folder, { watcher, ino });
    } catch {
      if (fs.existsSync(folder)) poll();
    }
  };
  return {
    follow(folders) {
      if (polling !== undefined) return;
      if (folders.length > MOST_FOLDERS) return poll();
      const wanted = new Set(folders);
      for (const [folder, { watcher, ino }] of watchers) {
        if (wanted.has(folder) && ino === inoOf(folder)) continue; // another may lie in its place
        watcher.close();
        watchers.delete(folder);
      }
      const added = folders.filter((folder) => !watchers.has(folder));
      for (const folder of added) if (polling === undefined) watch(folder);
      for (const folder of added) if (polling === undefined) touch(folder); // for what was saved there before it was watched
    },
    how: () => (polling === undefined ? 'watch' : 'poll'),
    close() {
      clearTimeout(settling);
      clearInterval(polling);
      closeAll();
    },
  };
}

function inoOf(folder: string): number | undefined {
  return fs.lstatSync(folder, { throwIfNoEntry: false })?.ino;
}
