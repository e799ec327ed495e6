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

/** Calls changed after saves in the folders, each watched by itself: what is ignored costs nothing. Where that fails it calls it by the clock. */
export function watchFolders(changed: () => void): Watching {
  const watchers = new Map<string, fs.FSWatcher>();
  let polling: NodeJS.Timeout | undefined;
  let settling: NodeJS.Timeout | undefined;
  let first = 0;
  const touch = () => {
    const now = performance.now();
    if (settling === undefined) first = now;
    clearTimeout(settling);
    settling = setTimeout(
      () => {
        settling = undefined;
        changed();
      },
      Math.max(0, Math.min(SETTLE_MS, first + LATEST_MS - now)),
    );
  };
  const closeAll = () => {
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  };
  const poll = () => {
    closeAll();
    polling ??= setInterval(changed, POLL_MS);
  };
  const watch = (folder: string) => {
    try {
      const watcher = fs.watch(folder, touch);
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(folder);
        if (fs.existsSync(folder)) poll();
      });
      watchers.set(folder, watcher);
    } catch {
      if (fs.existsSync(folder)) poll();
    }
  };
  return {
    follow(folders) {
      if (polling !== undefined) return;
      if (folders.length > MOST_FOLDERS) return poll();
      const wanted = new Set(folders);
      for (const [folder, watcher] of watchers) {
        if (wanted.has(folder)) continue;
        watcher.close();
        watchers.delete(folder);
      }
      const added = folders.filter((folder) => !watchers.has(folder));
      for (const folder of added) if (polling === undefined) watch(folder);
      if (added.length > 0) touch(); // for what was saved there before it was watched
    },
    how: () => (polling === undefined ? 'watch' : 'poll'),
    close() {
      clearTimeout(settling);
      clearInterval(polling);
      closeAll();
    },
  };
}
