import fs from 'node:fs';
import path from 'node:path';
import { bindReadOnly, openDirectory, overlayReadOnly } from '../system.ts';
import { refused } from './refused.ts';

/** A directory from which sandboxes may be shown something: as the server names it, and where it really is. */
export interface MountRoot {
  readonly seen: string;
  readonly real: string;
  /** Its place belongs to the server, which could put a link there: none is followed. */
  readonly servers?: boolean;
}

/** What of the host sandboxes may be shown: each source is bound once, read-only, at a place that every sandbox's user can reach. */
export class Sources {
  readonly #roots: readonly MountRoot[];
  readonly #places: string;
  readonly #bound = new Map<string, string>();

  /** places: an empty directory of its own. */
  constructor(roots: readonly MountRoot[], places: string) {
    this.#roots = roots;
    this.#places = places;
  }

  /** The place of a source. Throws KeeperRefused for what lies outside of the roots, or leads there. */
  show(source: string): string {
    const known = this.#bound.get(source);
    if (known !== undefined) return known;
    const real = this.#realPath(source);
    const place = path.join(this.#places, String(this.#bound.size));
    fs.mkdirSync(place);
    const fd = openDirectory(real);
    try {
      if (fs.readlinkSync(`/proc/self/fd/${fd}`) !== real) throw refused(`${source} moves`); // some of it belongs to the server
      bindReadOnly(fd, place);
    } finally {
      fs.closeSync(fd);
    }
    this.#bound.set(source, place);
    return place;
  }

  #realPath(source: string): string {
    const root = this.#roots.find(({ seen }) => source === seen || source.startsWith(`${seen}/`));
    if (!root) throw refused(`${source} is not to be shown`);
    const real = fs.realpathSync(root.real + source.slice(root.seen.length));
    const allowed = this.#roots.some((other) => {
      const top = topOf(other);
      return real === top || real.startsWith(`${top}/`);
    });
    if (!allowed) throw refused(`${source} leads elsewhere`);
    return real;
  }
}

function topOf({ real, servers }: MountRoot): string {
  if (!servers) return fs.existsSync(real) ? fs.realpathSync(real) : real;
  return path.join(fs.realpathSync(path.dirname(real)), path.basename(real));
}

/** Mounts prepared trees of that directory over a slot, the first on top. */
export function mountTrees(directory: string, hashes: readonly string[], slot: string): void {
  const base = openDirectory(directory);
  const opened: number[] = [];
  try {
    for (const hash of hashes) opened.push(openDirectory(`/proc/self/fd/${base}/${hash}`));
    if (opened.length === 1) bindReadOnly(opened[0]!, slot);
    else overlayReadOnly(opened, slot);
  } finally {
    for (const fd of [base, ...opened]) fs.closeSync(fd);
  }
}
