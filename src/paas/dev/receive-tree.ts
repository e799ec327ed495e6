import { createHash } from 'node:crypto';
import { text as textOf } from 'node:stream/consumers';
import tar from 'tar-stream';
import { collect, Failure, MIB, platformFailure } from '../../kernel/index.ts';
import {
  changedManifest,
  changesFault,
  DEV_LIMITS,
  type DevMissing,
  type DevUnknown,
  type ManifestChanges,
  manifestFault,
  type TreeManifest,
} from '../../model/index.ts';

/** A folder as it was last sent. */
export interface DevTree {
  readonly manifest: TreeManifest;
  readonly contents: ReadonlyMap<string, Buffer>;
  /** Of all contents together. */
  readonly bytes: number;
  /** How the command line names it when it sends only what changed since. */
  readonly id: string;
}

const MANIFEST = 'manifest.json';
const CHANGES = 'changes.json';
const FILES = 'files/';
const MANIFEST_BYTES = 8 * MIB;
/** A tar's header and padding for each file. */
const PER_FILE = 2048;
const MOST = DEV_LIMITS.bytes + MANIFEST_BYTES + DEV_LIMITS.files * PER_FILE;

/**
 * Receives a tar: first `manifest.json` with the whole folder, or `changes.json` with what changed since the last tree; then `files/PATH` for contents;
 * those that are not sent are taken from the last tree. id: of the tree that is made. Resolves to it, to the paths whose contents are in neither, or
 * to the tree that is not the last. Rejects with InvalidRequest, 413 when it is too large.
 */
export async function receiveTree(
  source: AsyncIterable<Uint8Array>,
  last: DevTree | undefined,
  id: string,
): Promise<DevTree | DevMissing | DevUnknown> {
  const tooLarge = () =>
    platformFailure('InvalidRequest', `the folder has more than ${DEV_LIMITS.bytes / MIB} MiB`, { status: 413 });
  const received = await readTar(await collect(source, MOST, tooLarge), last);
  if ('unknown' in received) return received;
  const { manifest, sent } = received;
  let known: ReadonlyMap<string, Buffer> | undefined;
  const elsewhere = (entry: string) => {
    known ??= contentsByHash(last);
    return known.get(hashOf(entry));
  };
  const contents = new Map<string, Buffer>();
  const missing: string[] = [];
  let bytes = 0;
  for (const [path, entry] of Object.entries(manifest)) {
    const same = last?.manifest[path] === entry ? last.contents.get(path) : undefined;
    const content = same ?? sent.get(path) ?? elsewhere(entry);
    if (content === undefined) {
      missing.push(path);
      continue;
    }
    bytes += content.byteLength;
    if (bytes > DEV_LIMITS.bytes) throw tooLarge();
    contents.set(path, content);
  }
  return missing.length > 0 ? { missing } : { manifest, contents, bytes, id };
}

/** A file that was moved or copied is not sent again. */
function contentsByHash(tree: DevTree | undefined): ReadonlyMap<string, Buffer> {
  const known = new Map<string, Buffer>();
  for (const [path, content] of tree?.contents ?? []) known.set(hashOf(tree!.manifest[path]!), content);
  return known;
}

const hashOf = (entry: string): string => entry.slice(2);

interface Received {
  readonly manifest: TreeManifest;
  readonly sent: ReadonlyMap<string, Buffer>;
}

async function readTar(body: Buffer, last: DevTree | undefined): Promise<Received | DevUnknown> {
  const extract = tar.extract();
  const sent = new Map<string, Buffer>();
  let manifest: TreeManifest | undefined;
  try {
    extract.end(body);
    for await (const entry of extract) {
      const { name, type } = entry.header;
      if (type !== 'file') throw platformFailure('InvalidRequest', `${name.slice(0, 200)} is no file`);
      if (manifest === undefined) {
        const first = readFirst(name, await textOf(entry), last);
        if ('unknown' in first) return first;
        manifest = first.manifest;
      } else sent.set(...(await readContent(name, entry as unknown as AsyncIterable<Uint8Array>, manifest)));
    }
  } catch (error) {
    extract.destroy();
    if (error instanceof Failure) throw error;
    throw platformFailure('InvalidRequest', `this is no tar archive: ${(error as Error).message}`);
  }
  if (manifest === undefined) throw platformFailure('InvalidRequest', `the first file is ${MANIFEST}`);
  return { manifest, sent };
}

function readFirst(name: string, text: string, last: DevTree | undefined): { readonly manifest: TreeManifest } | DevUnknown {
  if (name !== MANIFEST && name !== CHANGES)
    throw platformFailure('InvalidRequest', `the first file is ${MANIFEST} or ${CHANGES}`);
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    throw platformFailure('InvalidRequest', `${name} is no JSON`);
  }
  refuse(name === MANIFEST ? manifestFault(said) : changesFault(said));
  if (name === MANIFEST) return { manifest: said as TreeManifest };
  const changes = said as ManifestChanges;
  if (changes.since !== last?.id) return { unknown: changes.since };
  const manifest = changedManifest(last.manifest, changes);
  if (Object.keys(manifest).length > DEV_LIMITS.files) refuse(`there are more than ${DEV_LIMITS.files} files`);
  return { manifest };
}

function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw platformFailure('InvalidRequest', fault);
}

async function readContent(name: string, entry: AsyncIterable<Uint8Array>, manifest: TreeManifest): Promise<[string, Buffer]> {
  const path = name.slice(FILES.length);
  if (!name.startsWith(FILES) || !Object.hasOwn(manifest, path))
    throw platformFailure('InvalidRequest', `${name.slice(0, 200)} is not in the manifest`);
  const content = await collect(entry, DEV_LIMITS.bytes, () => platformFailure('InvalidRequest', `${path} is too large`));
  if (createHash('sha256').update(content).digest('hex') !== hashOf(manifest[path]!))
    throw platformFailure('InvalidRequest', `${path} has another hash than the manifest says: it was changed while it was sent`);
  return [path, content];
}

/** The tree as a build takes it. */
export function tarOf({ manifest, contents }: DevTree): AsyncIterable<Uint8Array> {
  const pack = tar.pack();
  for (const [name, content] of contents) {
    const mtime = new Date(0);
    const kind = manifest[name]!.charAt(0);
    if (kind === 'l') pack.entry({ name, mtime, type: 'symlink', linkname: content.toString('utf8') });
    else pack.entry({ name, mtime, mode: kind === 'x' ? 0o755 : 0o644 }, content);
  }
  pack.finalize();
  return pack as unknown as AsyncIterable<Uint8Array>;
}
