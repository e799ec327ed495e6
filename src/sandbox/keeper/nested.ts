import fs from 'node:fs';
import path from 'node:path';
import { bindReadOnly, openDirectory } from '../system.ts';
import type { BundleInput } from './bundle.ts';
import { hostDirectories } from './root.ts';

/** What a nested sandbox sees of the host. */
export type LockedRoot = Pick<BundleInput, 'root' | 'system'>;

/**
 * Binds the root and the directories of the host read-only in the keeper's own mount namespace. Root of a nested sandbox may remount what the
 * runtime mounts for it; flags that came from a more privileged namespace are locked (mount_namespaces(7)), so that no file that is
 * writable for everybody can be written through these. directory: made here.
 */
export function lockRoot(root: string, directory: string): LockedRoot {
  fs.mkdirSync(directory, { mode: 0o711 });
  const lock = (source: string, name: string) => {
    const place = path.join(directory, name);
    fs.mkdirSync(place);
    const fd = openDirectory(source);
    try {
      bindReadOnly(fd, place, { below: true });
    } finally {
      fs.closeSync(fd);
    }
    return place;
  };
  const system = hostDirectories().map((target, i) => ({ source: lock(target, String(i)), target }));
  return { root: lock(root, 'root'), system };
}
