import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fail } from '../kernel/index.ts';
import type { TreeManifest } from '../model/index.ts';
import { type IgnoreRules, ignoreRules } from './ignore-rules.ts';

/** What is to be sent of a folder: without what its `.gitignore`s ignore, `.git` and `node_modules`. */
export interface Scan {
  readonly manifest: TreeManifest;
  /** Absolute; the folder itself first. */
  readonly folders: readonly string[];
}

export interface Scanner {
  /** Looks at all of it; reads only what has changed since. Throws FolderTooLarge. */
  scan(): Scan;
  /** What a file contains, or to what a link leads; undefined: no longer what the manifest says. */
  read(name: string, entry: string): Buffer | undefined;
}

const MOST_FILES = 20_000;
const MOST_BYTES = 64 * 1024 * 1024;
const NEVER: ReadonlySet<string> = new Set(['.git', 'node_modules']);
/** File times are coarse: what was changed so shortly before it was read may have changed again without showing it. In ms. */
const COARSE_MS = 50;

interface Known {
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly size: number;
  readonly ino: number;
  readonly readAt: number;
  readonly entry: string;
}

export function createScanner(folder: string): Scanner {
  let known = new Map<string, Known>();
  return {
    scan() {
      const walk: Walk = { folder, known, next: new Map(), folders: [], bytes: 0 };
      walkInto(walk, '', []);
      known = walk.next;
      return { manifest: Object.fromEntries([...known].map(([name, { entry }]) => [name, entry])), folders: walk.folders };
    },
    read(name, entry) {
      const content = contentOf(path.join(folder, name), entry.startsWith('l:'));
      return content !== undefined && hashOf(content) === entry.slice(2) ? content : undefined;
    },
  };
}

interface Walk {
  readonly folder: string;
  readonly known: ReadonlyMap<string, Known>;
  readonly next: Map<string, Known>;
  readonly folders: string[];
  bytes: number;
}

interface Level {
  /** Of the folder in which the rules lie, with a final slash; empty for the top. */
  readonly below: string;
  readonly rules: IgnoreRules;
}

function walkInto(walk: Walk, below: string, levels: readonly Level[]): void {
  const here = path.join(walk.folder, below);
  const entries = listing(here, below === '');
  if (entries === undefined) return;
  walk.folders.push(here);
  const own = entries.some((entry) => entry.name === '.gitignore' && entry.isFile())
    ? contentOf(path.join(here, '.gitignore'), false)
    : undefined;
  const all = own === undefined ? levels : [...levels, { below, rules: ignoreRules(own.toString('utf8')) }];
  for (const entry of entries) {
    if (NEVER.has(entry.name.toLowerCase())) continue;
    const name = below + entry.name;
    const isFolder = entry.isDirectory();
    if (isIgnored(name, isFolder, all)) continue;
    if (isFolder) walkInto(walk, `${name}/`, all);
    else if (entry.isFile() || entry.isSymbolicLink()) look(walk, name, entry.isSymbolicLink());
  }
}

/** Undefined: gone meanwhile. The folder itself must be there. */
function listing(folder: string, must: boolean): fs.Dirent[] | undefined {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (!must) return undefined;
    throw fail('WrongUsage', `${folder} cannot be read: ${(error as Error).message}`);
  }
}

/** The nearest folder that says something decides. */
function isIgnored(name: string, isFolder: boolean, levels: readonly Level[]): boolean {
  for (let i = levels.length - 1; i >= 0; i--) {
    const { below, rules } = levels[i]!;
    const judged = rules.judge(name.slice(below.length), isFolder);
    if (judged !== undefined) return judged;
  }
  return false;
}

function look(walk: Walk, name: string, isLink: boolean): void {
  const file = path.join(walk.folder, name);
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return;
  walk.bytes += stat.size;
  if (walk.next.size >= MOST_FILES) throw tooLarge(`more than ${MOST_FILES} files`);
  if (walk.bytes > MOST_BYTES) throw tooLarge('more than 64 MiB');
  const { mtimeMs, ctimeMs, size, ino } = stat;
  const before = walk.known.get(name);
  const same = before && before.mtimeMs === mtimeMs && before.ctimeMs === ctimeMs && before.size === size && before.ino === ino;
  if (same && Math.max(mtimeMs, ctimeMs) < before.readAt - COARSE_MS) return void walk.next.set(name, before);
  const readAt = Date.now();
  const content = contentOf(file, isLink);
  if (content === undefined) return;
  const kind = isLink ? 'l' : (stat.mode & 0o100) !== 0 ? 'x' : 'f';
  walk.next.set(name, { mtimeMs, ctimeMs, size, ino, readAt, entry: `${kind}:${hashOf(content)}` });
}

function contentOf(file: string, isLink: boolean): Buffer | undefined {
  try {
    return isLink ? fs.readlinkSync(file, 'buffer') : fs.readFileSync(file);
  } catch {
    return undefined; // gone meanwhile, or not ours to read: what is built says what it lacks
  }
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function tooLarge(why: string) {
  return fail('FolderTooLarge', `the folder has ${why}`, {
    fields: { next: 'name what is no source of the application in .gitignore' },
  });
}
