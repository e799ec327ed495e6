import type { Dirent } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { LayerMarks } from './layer-archive.ts';

/** Whether a layer takes away anything that shows in the trees below it; below: their directories, the highest first. */
export async function removesAny(below: readonly string[], { removed, opaque }: LayerMarks): Promise<boolean> {
  for (const name of removed) if (await shows(below, name.split('/'))) return true;
  for (const name of opaque) if (await shows(below, name === '' ? [] : name.split('/'))) return true;
  return false;
}

/** Looks a path up as an overlay would, without following links. */
async function shows(trees: readonly string[], parts: readonly string[]): Promise<boolean> {
  let at = trees;
  for (const [i, part] of parts.entries()) {
    const directories: string[] = [];
    let found = false;
    for (const directory of at) {
      const target = path.join(directory, part);
      const stats = await fs.lstat(target).catch(none);
      if (!stats) continue;
      found = true;
      if (!stats.isDirectory()) break;
      directories.push(target);
    }
    if (!found) return false;
    if (directories.length === 0) return i === parts.length - 1;
    at = directories;
  }
  return true;
}

function none(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

export interface Merge {
  /** The directory of the layer on top. */
  readonly layer: string;
  readonly marks: LayerMarks;
  /** Directories of the trees below it, the highest first. */
  readonly below: readonly string[];
}

interface Sources {
  /** Relative; '' at the root. */
  readonly name: string;
  readonly layer: string | undefined;
  readonly below: readonly string[];
}

const PARALLEL = 16;

/** Fills an empty directory with what shows of a layer and those below it. Files and links are linked, not copied: they are never written again. */
export async function mergeTrees(target: string, { layer, marks, below }: Merge): Promise<void> {
  const hidden = { removed: new Set(marks.removed), opaque: new Set(marks.opaque) };
  const waiting: Sources[] = [{ name: '', layer, below }];
  for (let sources = waiting.pop(); sources; sources = waiting.pop()) {
    const { name } = sources;
    const top = sources.layer ?? sources.below[0]!;
    if (name !== '') await fs.mkdir(path.join(target, name));
    await fs.chmod(path.join(target, name), (await fs.lstat(top)).mode & 0o777);
    const { links, directories } = await overlaid(sources, hidden);
    waiting.push(...directories);
    for (let i = 0; i < links.length; i += PARALLEL) {
      await Promise.all(links.slice(i, i + PARALLEL).map((from) => link(from, path.join(target, name, path.basename(from)))));
    }
  }
}

interface Hidden {
  readonly removed: ReadonlySet<string>;
  readonly opaque: ReadonlySet<string>;
}

interface Shown {
  /** The highest. */
  readonly path: string;
  readonly isDirectory: boolean;
  layer: string | undefined;
  readonly below: string[];
  /** Something other than a directory ends what shows through. */
  ended: boolean;
}

/** What shows in one directory: paths of files and links, and directories with where their content comes from. */
async function overlaid(sources: Sources, hidden: Hidden): Promise<{ links: string[]; directories: Sources[] }> {
  const shown = new Map<string, Shown>();
  const below = hidden.opaque.has(sources.name) ? [] : sources.below;
  const inner = (name: string) => (sources.name === '' ? name : `${sources.name}/${name}`);
  if (sources.layer !== undefined) await show(shown, sources.layer, { isLayer: true, isHidden: () => false });
  for (const directory of below)
    await show(shown, directory, { isLayer: false, isHidden: ({ name }) => hidden.removed.has(inner(name)) });
  const all = [...shown];
  return {
    links: all.filter(([, one]) => !one.isDirectory).map(([, one]) => one.path),
    directories: all
      .filter(([, one]) => one.isDirectory)
      .map(([name, one]) => ({ name: inner(name), layer: one.layer, below: one.below })),
  };
}

async function show(
  shown: Map<string, Shown>,
  directory: string,
  source: { readonly isLayer: boolean; readonly isHidden: (entry: Dirent) => boolean },
): Promise<void> {
  for (const entry of await fs.readdir(directory, { withFileTypes: true })) {
    if (source.isHidden(entry)) continue;
    const at = path.join(directory, entry.name);
    const isDirectory = entry.isDirectory();
    let one = shown.get(entry.name);
    if (!one) {
      one = { path: at, isDirectory, layer: undefined, below: [], ended: !isDirectory };
      shown.set(entry.name, one);
    }
    if (one.ended) continue;
    if (!isDirectory) one.ended = true;
    else if (source.isLayer) one.layer = at;
    else one.below.push(at);
  }
}

async function link(from: string, to: string): Promise<void> {
  await fs.link(from, to).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EMLINK') throw error;
    const stats = await fs.lstat(from);
    if (stats.isSymbolicLink()) return fs.symlink(await fs.readlink(from), to);
    await fs.copyFile(from, to);
    await fs.chmod(to, stats.mode & 0o777);
    await fs.utimes(to, stats.atime, stats.mtime);
  });
}
