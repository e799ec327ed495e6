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
  /**
   * Looks at all of it, or, given folders (as a scan names them), only at files of those and of folders in which names came or went; reads only what
   * has changed since. Throws FolderTooLarge.
   */
  scan(within?: ReadonlySet<string>): Scan;
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

/** A folder as it was found. The time of a directory changes when names in it come or go. */
interface KnownFolder {
  readonly ino: number;
  readonly mtimeMs: number;
  readonly readAt: number;
  /** Below the folder that is scanned: its files, and the folders in it, with a final slash. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Text of its .gitignore. */
  readonly ignored: string | undefined;
  /** Those that hold in it, its own last. */
  readonly levels: readonly Level[];
}

export function createScanner(folder: string): Scanner {
  let known = new Map<string, Known>();
  let places = new Map<string, KnownFolder>();
  return {
    scan(within) {
      const walk: Walk = { folder, known, places, within, next: new Map(), nextPlaces: new Map(), folders: [], bytes: 0 };
      walkInto(walk, '', { levels: [], sameRules: true });
      known = walk.next;
      places = walk.nextPlaces;
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
  readonly places: ReadonlyMap<string, KnownFolder>;
  readonly within: ReadonlySet<string> | undefined;
  readonly next: Map<string, Known>;
  readonly nextPlaces: Map<string, KnownFolder>;
  readonly folders: string[];
  bytes: number;
}

interface Level {
  /** Of the folder in which the rules lie, with a final slash; empty for the top. */
  readonly below: string;
  readonly rules: IgnoreRules;
}

/** What the folders above say. */
interface Above {
  readonly levels: readonly Level[];
  /** As they said when it was scanned last. */
  readonly sameRules: boolean;
}

function walkInto(walk: Walk, below: string, above: Above): void {
  const here = path.join(walk.folder, below);
  const readAt = Date.now();
  const stat = fs.lstatSync(here, { throwIfNoEntry: false });
  const before = walk.places.get(below);
  const same =
    stat && before && before.ino === stat.ino && before.mtimeMs === stat.mtimeMs && stat.mtimeMs < before.readAt - COARSE_MS;
  const place =
    same && above.sameRules && walk.within && !walk.within.has(here)
      ? keep(walk, before)
      : look(walk, below, { above, before, ino: stat?.ino ?? 0, mtimeMs: stat?.mtimeMs ?? 0, readAt });
  if (!place) return;
  walk.folders.push(here);
  walk.nextPlaces.set(below, place);
  const sameRules = above.sameRules && before !== undefined && before.ignored === place.ignored;
  for (const folder of place.folders) walkInto(walk, folder, { levels: place.levels, sameRules });
}

/** Nothing has happened in it. */
function keep(walk: Walk, before: KnownFolder): KnownFolder {
  for (const name of before.files) {
    const file = walk.known.get(name);
    if (file) take(walk, name, file);
  }
  return before;
}

interface Look extends Pick<KnownFolder, 'ino' | 'mtimeMs' | 'readAt'> {
  readonly above: Above;
  readonly before: KnownFolder | undefined;
}

/** Undefined: it is gone. */
function look(walk: Walk, below: string, { above, before, ...facts }: Look): KnownFolder | undefined {
  const here = path.join(walk.folder, below);
  const entries = listing(here, below === '');
  if (entries === undefined) return undefined;
  const ignored = entries.some((entry) => entry.name === '.gitignore' && entry.isFile())
    ? contentOf(path.join(here, '.gitignore'), false)?.toString('utf8')
    : undefined;
  const sameRules = above.sameRules && before !== undefined && before.ignored === ignored;
  const own = ignored === undefined ? [] : [{ below, rules: ignoreRules(ignored) }];
  const levels = sameRules ? before.levels : [...above.levels, ...own];
  const [files, folders]: [string[], string[]] = [[], []];
  for (const entry of entries) {
    if (NEVER.has(entry.name.toLowerCase())) continue;
    const name = below + entry.name;
    const isFolder = entry.isDirectory();
    if (isIgnored(name, isFolder, levels)) continue;
    if (isFolder) folders.push(`${name}/`);
    else if (entry.isFile() || entry.isSymbolicLink()) {
      files.push(name);
      lookAt(walk, name, entry.isSymbolicLink());
    }
  }
  return { ...facts, files, folders, ignored, levels };
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

function take(walk: Walk, name: string, file: Known): void {
  walk.bytes += file.size;
  if (walk.next.size >= MOST_FILES) throw tooLarge(`more than ${MOST_FILES} files`);
  if (walk.bytes > MOST_BYTES) throw tooLarge('more than 64 MiB');
  walk.next.set(name, file);
}

function lookAt(walk: Walk, name: string, isLink: boolean): void {
  const file = path.join(walk.folder, name);
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return;
  if (walk.bytes + stat.size > MOST_BYTES) throw tooLarge('more than 64 MiB'); // before it is read
  const { mtimeMs, ctimeMs, size, ino } = stat;
  const before = walk.known.get(name);
  const same = before && before.mtimeMs === mtimeMs && before.ctimeMs === ctimeMs && before.size === size && before.ino === ino;
  if (same && Math.max(mtimeMs, ctimeMs) < before.readAt - COARSE_MS) return void take(walk, name, before);
  const readAt = Date.now();
  const content = contentOf(file, isLink);
  if (content === undefined) return;
  const kind = isLink ? 'l' : (stat.mode & 0o100) !== 0 ? 'x' : 'f';
  take(walk, name, { mtimeMs, ctimeMs, size, ino, readAt, entry: `${kind}:${hashOf(content)}` });
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
