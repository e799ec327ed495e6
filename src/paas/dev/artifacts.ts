import { crc32 } from 'node:zlib';
import { collect, MIB, platformFailure, type Store } from '../../kernel/index.ts';
import { type Built, type BuiltArtifact, buildsItself, canPatch, type TreeChanges } from '../../model/index.ts';
import type { TreeFile } from '../../sandbox/index.ts';
import { patchZip, readDirectory, type ZipDirectory, type ZipPut } from './patch-zip.ts';
import type { DevTree } from './receive-tree.ts';
import type { DevBase } from './sessions.ts';

/** A zip that was built. */
export interface Artifact {
  readonly hash: string;
  readonly zip: Buffer;
  readonly directory: ZipDirectory;
  /** All that it has files in. */
  readonly folders: ReadonlySet<string>;
}

/** As large as a zip of a function can be. */
const LARGEST = 250 * MIB;

/** The zips of a build; none when one of them cannot be patched: an image, or too large. */
export async function artifactsOf({ blobs }: Pick<Store, 'blobs'>, { processes }: Built): Promise<readonly Artifact[]> {
  const artifacts = new Map<string, Artifact>();
  for (const { code } of processes) {
    if (code.kind !== 'zip' || code.bytes > LARGEST) return [];
    if (artifacts.has(code.hash)) continue;
    const tooLarge = () => platformFailure('BuildFailed', `the code has more than ${code.bytes} bytes`);
    const zip = await collect(await blobs.read(code.hash), code.bytes, tooLarge);
    const directory = readDirectory(zip);
    if (!directory) return [];
    const folders = new Set([...directory.entries.keys()].flatMap(foldersAbove));
    artifacts.set(code.hash, { hash: code.hash, zip, directory, folders });
  }
  return [...artifacts.values()];
}

/** Whether these changes of the tree need no build. */
export function isPatchable({ tree, artifacts }: DevBase, changes: TreeChanges): boolean {
  if (artifacts.length === 0) return false;
  for (const [path, content] of tree.contents)
    if (/(?:^|\/)package\.json$/.test(path) && buildsItself(content.toString('utf8'))) return false;
  return canPatch(
    tree.manifest,
    changes,
    artifacts.map((artifact) => builtOf(tree, artifact)),
  );
}

function builtOf({ contents }: DevTree, { folders, directory: { entries } }: Artifact): BuiltArtifact {
  return {
    has(path) {
      const [entry, content] = [entries.get(path), contents.get(path)];
      const clashes = folders.has(path) || foldersAbove(path).some((folder) => entries.has(folder));
      if (!entry) return clashes ? 'other' : 'none';
      return content !== undefined && entry.size === content.byteLength && entry.crc === crc32(content) ? 'same' : 'other';
    },
  };
}

/** `a` and `a/b` of `a/b/c`. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** With the folders in which nothing is left: a zip has none of those. */
function withEmptyFolders({ entries }: ZipDirectory, removed: readonly string[], put: readonly ZipPut[]): readonly string[] {
  const there = removed.filter((path) => entries.has(path));
  if (there.length === 0) return [];
  const gone = new Set(there);
  const left = [...entries.keys()].filter((path) => !gone.has(path));
  const folders = new Set([...left, ...put.map(({ name }) => name)].flatMap(foldersAbove));
  return [...new Set(there.flatMap((path) => [...foldersAbove(path).filter((folder) => !folders.has(folder)), path]))].sort();
}

const KINDS = { f: 'file', x: 'program', l: 'link' } as const;

/** Other code for a function. */
export interface Patched {
  readonly zip: Buffer;
  /** What lies over that one's tree, and what of it is gone; absent when it is not only files that are put there. */
  readonly over?: { readonly files: readonly TreeFile[]; readonly removed: readonly string[] };
}

/** The zips with these changes in them, by the hash of what they were. A file lies where it lay; a new one in all of them. */
export function patched(
  { artifacts }: DevBase,
  tree: DevTree,
  { changed, added, removed }: TreeChanges,
): ReadonlyMap<string, Patched> {
  const putOf = (name: string): ZipPut => {
    const kind = KINDS[tree.manifest[name]!.charAt(0) as keyof typeof KINDS];
    return { name, bytes: tree.contents.get(name)!, kind };
  };
  const one = ({ hash: base, zip: built, directory }: Artifact) => {
    const put = [...changed.filter((path) => directory.entries.has(path)), ...added].map(putOf);
    const zip = patchZip(built, directory, { put, remove: removed });
    const plain = put.every(({ kind }) => kind !== 'link');
    const files = put.map(({ name, bytes, kind }) => ({ name, bytes, executable: kind === 'program' }));
    const gone = withEmptyFolders(directory, removed, put);
    return [base, { zip, ...(plain && { over: { files, removed: gone } }) }] as const;
  };
  return new Map(artifacts.map(one));
}
