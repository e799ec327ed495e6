import { MIB } from '../../kernel/index.ts';
import type { Built, TreeManifest } from '../../model/index.ts';
import type { Artifact } from './artifacts.ts';
import type { DevTree } from './receive-tree.ts';

/** What a build made, and of what: changes are put into it as long as they need no other build. */
export interface DevBase {
  readonly tree: DevTree;
  readonly built: Built;
  readonly artifacts: readonly Artifact[];
}

/** A folder that is being developed in one stage. Kept in memory only: the command line sends it again to who does not know it. */
export interface DevSession {
  /** As it was last sent, whether or not it could be built. */
  readonly tree?: DevTree;
  readonly base?: DevBase;
  /** What runs: the folder, and the release whose configuration it has. Absent: not known. */
  readonly running?: { readonly manifest: TreeManifest; readonly release: number | undefined };
}

const MOST_BYTES = 512 * MIB;
const MOST = 16;

export interface Sessions {
  get(key: string): DevSession;
  set(key: string, session: DevSession): void;
  delete(key: string): void;
}

/** Bounded in number and bytes: the one that was changed longest ago goes first. */
export function createSessions(mostBytes: number = MOST_BYTES): Sessions {
  const all = new Map<string, DevSession>();
  return {
    get: (key) => all.get(key) ?? {},
    set(key, session) {
      all.delete(key);
      all.set(key, session);
      let sum = [...all.values()].reduce((bytes, one) => bytes + weight(one), 0);
      for (const [other, one] of all) {
        if (other === key || (all.size <= MOST && sum <= mostBytes)) break;
        all.delete(other);
        sum -= weight(one);
      }
    },
    delete: (key) => void all.delete(key),
  };
}

function weight({ tree, base }: DevSession): number {
  const built = base ? base.tree.bytes + base.artifacts.reduce((sum, { zip }) => sum + zip.byteLength, 0) : 0;
  return (tree?.bytes ?? 0) + built;
}
