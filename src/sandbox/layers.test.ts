import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import tar, { type Header } from 'tar-stream';
import { randomIds, systemClock } from '../kernel/index.ts';
import { createTrees, type TreeOptions } from './trees.ts';

let directory: string;
let opened = 0;
before(async () => {
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-layers-'));
});
after(() => fs.rm(directory, { recursive: true, force: true }));

type Entry = Partial<Header> & { readonly name: string } & { readonly content?: string };

/** A file by its name and content, a directory by a name that ends with a slash. */
const short = (entry: Entry | string): Entry =>
  typeof entry !== 'string'
    ? entry
    : entry.endsWith('/')
      ? { name: entry, type: 'directory', mode: 0o755 }
      : { name: entry.split('=')[0]!, content: entry.split('=')[1] ?? '' };

async function layerOf(...entries: readonly (Entry | string)[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { content = '', ...header } of entries.map(short)) pack.entry(header, content);
  pack.finalize();
  return buffer(pack);
}

async function room(limits: TreeOptions['limits'] = {}) {
  const blobs = new Map<string, Buffer>();
  let reads = 0;
  const at = path.join(directory, `s${++opened}`);
  const trees = await createTrees({
    directory: at,
    clock: systemClock,
    ids: randomIds,
    limits,
    readBlob: async (hash) => {
      reads++;
      const bytes = blobs.get(hash)!;
      return (async function* () {
        for (let i = 0; i < bytes.length; i += 1000) yield bytes.subarray(i, i + 1000);
      })();
    },
  });
  const unpack = (below: readonly string[], bytes: Buffer) => {
    const hash = createHash('sha256').update(bytes).digest('hex');
    blobs.set(hash, bytes);
    return trees.unpackLayer(below, { hash });
  };
  return { at, trees, unpack, reads: () => reads };
}

/** All that is in a tree: `name` of directories with a slash, `name=content` of files, `name->target` of links. */
async function listing(root: string, below = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await fs.readdir(path.join(root, below), { withFileTypes: true })) {
    const name = path.join(below, entry.name);
    if (entry.isDirectory()) found.push(`${name}/`, ...(await listing(root, name)));
    else if (entry.isSymbolicLink()) found.push(`${name}->${await fs.readlink(path.join(root, name))}`);
    else found.push(`${name}=${await fs.readFile(path.join(root, name), 'utf8')}`);
  }
  return found.sort();
}

test('a layer is unpacked as it is, by gzip and by zstd; links lead where they lead', async () => {
  const { trees, unpack, reads } = await room();
  const bytes = await layerOf(
    './',
    '/usr/',
    'usr/bin/run=#!',
    { name: 'usr/bin/again', type: 'link', linkname: '/usr/bin/run' },
    { name: 'lib', type: 'symlink', linkname: '/usr/lib' },
    { name: 'up', type: 'symlink', linkname: '../../../etc' },
    { name: 'dev/null', type: 'character-device', devmajor: 1, devminor: 3 },
    { name: 'big', content: 'x'.repeat(700_000) },
  );
  const expected = ['big=', 'lib->/usr/lib', 'up->../../../etc', 'usr/', 'usr/bin/', 'usr/bin/again=#!', 'usr/bin/run=#!'];
  for (const form of [bytes, gzipSync(bytes), zstdCompressSync(bytes)]) {
    const [one] = await Promise.all([unpack([], form), unpack([], form)]);
    const names = await listing(trees.path(one![0]!));
    assert.deepEqual(
      names.map((name) => name.replace(/x+/, '')),
      expected,
    );
    const stats = await Promise.all(['run', 'again'].map((name) => fs.stat(path.join(trees.path(one![0]!), 'usr/bin', name))));
    assert.equal(stats[0]!.ino, stats[1]!.ino);
  }
  assert.equal(reads(), 3);
});

test('modes and times stay, but for setuid, setgid and sticky bits; owners may do everything with what is theirs', async () => {
  const { trees, unpack } = await room();
  const mtime = new Date('2020-01-02T03:04:05Z');
  const umask = process.umask(0o077);
  const [tree] = await unpack(
    [],
    await layerOf(
      { name: 'su', mode: 0o6755, mtime },
      { name: 'secret', mode: 0o040 },
      { name: 'read', mode: 0o444 },
      { name: 'tmp', type: 'directory', mode: 0o1777 },
      { name: 'shut', type: 'directory', mode: 0o050 },
      'made/here=1',
    ),
  ).finally(() => process.umask(umask));
  const stat = (name: string) => fs.stat(path.join(trees.path(tree!), name));
  const modes = await Promise.all(
    ['su', 'secret', 'read', 'tmp', 'shut', 'made'].map(async (name) => (await stat(name)).mode & 0o7777),
  );
  assert.deepEqual(modes, [0o755, 0o640, 0o644, 0o777, 0o750, 0o755]);
  assert.equal((await stat('su')).mtimeMs, mtime.getTime());
});

test('an entry that comes again replaces what was there', async () => {
  const { trees, unpack } = await room();
  const again = await layerOf(
    'a=1',
    'a/',
    'a/b=2',
    'a/c/d=3',
    'a/c=4',
    { name: 'l', type: 'symlink', linkname: '/tmp' },
    'l=own',
    'a/b=5',
  );
  const [tree] = await unpack([], again);
  assert.deepEqual(await listing(trees.path(tree!)), ['a/', 'a/b=5', 'a/c=4', 'l=own']);
});

const symlink = (name: string, linkname: string): Entry => ({ name, type: 'symlink', linkname });
const hardlink = (name: string, linkname: string): Entry => ({ name, type: 'link', linkname });

test('hostile layers are refused, and nothing leaves the tree', async () => {
  const outside = path.join(directory, 'outside');
  await fs.mkdir(outside);
  await fs.writeFile(path.join(outside, 'secret'), 'mine');
  const hostile: Record<string, readonly (Entry | string)[]> = {
    up: ['../x=1'],
    middle: ['a/../../x=1'],
    'through a link': [symlink('l', outside), 'l/x=1'],
    'through a link, deep': ['d/', symlink('d/l', outside), 'd/l/sub/x=1'],
    'through a link, as a directory': [symlink('l', outside), 'l/x/'],
    'a whiteout name': ['a/.wh...=1'],
    'a whiteout without a name': ['.wh.=1'],
    'a link to a file outside': [symlink('l', outside), hardlink('x', 'l/secret')],
    'a link up': [hardlink('x', '../outside/secret')],
    'a link to nothing': [hardlink('x', 'nothing')],
    'a link to a directory': ['d/', hardlink('x', 'd')],
    'a link to itself': ['x=1', hardlink('x', 'x')],
    'below a file': ['f=1', 'f/x=1'],
    'a long name': [`${'n'.repeat(256)}=1`],
    'a deep name': [`${'n/'.repeat(300)}x=1`],
    'a link to nowhere': [symlink('l', 'x'.repeat(4096))],
  };
  for (const [what, entries] of Object.entries(hostile)) {
    const { at, unpack } = await room();
    const bytes = await layerOf(...entries).catch(() => undefined);
    if (!bytes) continue;
    await assert.rejects(unpack([], bytes), { code: 'InvalidArchive' }, what);
    assert.deepEqual(await fs.readdir(at), [], what);
  }
  assert.deepEqual(await fs.readdir(outside), ['secret']);
  assert.equal((await fs.stat(path.join(outside, 'secret'))).nlink, 1);
});

test('a link itself may be linked and replaced, never followed', async () => {
  const { trees, unpack } = await room();
  const outside = path.join(directory, 'kept');
  await fs.writeFile(outside, 'mine');
  const [tree] = await unpack([], await layerOf(symlink('l', outside), hardlink('m', 'l'), 'l=own'));
  assert.deepEqual(await listing(trees.path(tree!)), ['l=own', `m->${outside}`]);
  assert.equal(await fs.readFile(outside, 'utf8'), 'mine');
});

test('what is no archive, ends too early or is too large is refused', async () => {
  const { unpack } = await room({ imageBytes: 100_000, layerEntries: 20 });
  const small = await layerOf('a=1');
  for (const bytes of [Buffer.from('not an archive at all'.repeat(100)), small.subarray(0, 700), gzipSync(small).subarray(0, 40)])
    await assert.rejects(unpack([], bytes), { code: 'InvalidArchive' });
  await assert.rejects(unpack([], await layerOf({ name: 'big', content: 'x'.repeat(100_001) })), { code: 'ArchiveTooLarge' });
  await assert.rejects(unpack([], await layerOf(...Array.from({ length: 21 }, (_, i) => `f${i}`))), { code: 'ArchiveTooLarge' });
  const deep = Array.from({ length: 3 }, (_, i) => `${i}/a/b/c/d/e/f/g`);
  await assert.rejects(unpack([], await layerOf(...deep)), { code: 'ArchiveTooLarge' });
  await assert.rejects(unpack([], gzipSync(Buffer.alloc(50_000_000))), { code: /InvalidArchive|ArchiveTooLarge/ });
  const half = { name: 'half', content: 'x'.repeat(60_000) };
  const below = await unpack([], await layerOf(half));
  await assert.rejects(unpack(below, await layerOf({ ...half, name: 'other' })), { code: 'ArchiveTooLarge' });
  await assert.rejects(unpack(['f'.repeat(64)], small), { code: 'BlobMissing' });
});

async function headerOf(kind: string, size: string): Promise<Buffer> {
  const header = Buffer.from(await layerOf({ name: 'x' })).subarray(0, 512);
  header.write(size, 124, 'latin1');
  header.write(kind, 156, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

test('a header that never ends costs no memory, and what is of an unknown kind is refused', async () => {
  const { unpack } = await room();
  const endless = await headerOf('x', '77777777777'); // 8 GB
  await assert.rejects(unpack([], Buffer.concat([endless, Buffer.alloc(20_000_000, 'a')])), { code: 'InvalidArchive' });
  const sparse = await headerOf('S', '00000000000');
  await assert.rejects(unpack([], Buffer.concat([sparse, Buffer.alloc(1024)])), { code: 'InvalidArchive' });
});

test('a layer that removes nothing is shared; one that does is merged with what is below, without copying', async () => {
  const { trees, unpack } = await room();
  const base = await unpack([], await layerOf('bin/sh=sh', 'etc/a=1', 'etc/b=2', 'opt/old/x=x', symlink('lib', 'usr/lib')));
  const second = await unpack(base, await layerOf('etc/a=9', '.wh.missing', 'var/.wh..wh..opq', '.wh..wh.plnk'));
  assert.deepEqual(second.length, 2);
  assert.equal(second[0], base[0]);
  const third = await unpack(second, await layerOf('etc/.wh.b', '.wh.lib', 'opt/.wh..wh..opq', 'opt/new=n', 'lib/own=o'));
  assert.equal(third.length, 1);
  const merged = trees.path(third[0]!);
  assert.deepEqual(await listing(merged), ['bin/', 'bin/sh=sh', 'etc/', 'etc/a=9', 'lib/', 'lib/own=o', 'opt/', 'opt/new=n']);
  const [before, after] = await Promise.all([trees.path(base[0]!), merged].map((root) => fs.stat(path.join(root, 'bin/sh'))));
  assert.equal(before!.ino, after!.ino);
  assert.deepEqual((await listing(trees.path(base[0]!))).length, 9);
});

test('what was unpacked is found again by the next start; what was merged needs the layer itself no more', async () => {
  const { at, unpack } = await room();
  const below = await layerOf('a=1', 'b=2');
  const above = await layerOf('.wh.a');
  const first = await unpack(await unpack([], below), above);
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const again = async () => {
    const trees = await createTrees({
      directory: at,
      clock: systemClock,
      ids: randomIds,
      readBlob: () => assert.fail('it is here'),
    });
    return trees.unpackLayer(await trees.unpackLayer([], { hash: hash(below) }), { hash: hash(above) });
  };
  assert.deepEqual(await again(), first);
  for (const name of await fs.readdir(at)) {
    const empty = (await fs.stat(path.join(at, name))).isDirectory() && (await fs.readdir(path.join(at, name))).length === 0;
    if (empty) await fs.rmdir(path.join(at, name)); // the layer alone
  }
  assert.deepEqual(await again(), first);
});

/** A file system as a plain tree: text is a file, a map a directory. */
type Plain = Map<string, Plain | string>;

const name = fc.constantFrom('a', 'b', 'c');
const change = fc.record({
  at: fc.array(name, { minLength: 1, maxLength: 3 }),
  what: fc.constantFrom('file', 'directory', 'remove', 'opaque'),
  text: fc.constantFrom('1', '2'),
});

/** What layers mean: each is applied to what is below, removals first (OCI image spec, layer.md). */
function applied(
  state: Plain,
  changes: readonly { readonly at: readonly string[]; readonly what: string; readonly text: string }[],
) {
  const parent = (parts: readonly string[]): Plain | undefined => {
    let at: Plain | string | undefined = state;
    for (const part of parts) at = typeof at === 'object' ? at.get(part) : undefined;
    return typeof at === 'object' ? at : undefined;
  };
  for (const { at, what } of changes) {
    if (what === 'remove') parent(at.slice(0, -1))?.delete(at.at(-1)!);
    if (what === 'opaque') parent(at)?.clear();
  }
  for (const { at, what, text } of changes) {
    if (what !== 'file' && what !== 'directory') continue;
    let in_: Plain = state;
    for (const part of at.slice(0, -1)) {
      const next = in_.get(part);
      const made: Plain = typeof next === 'object' ? next : new Map();
      in_.set(part, made);
      in_ = made;
    }
    const before = in_.get(at.at(-1)!);
    if (what === 'file') in_.set(at.at(-1)!, text);
    else if (typeof before !== 'object') in_.set(at.at(-1)!, new Map());
  }
}

function plainListing(state: Plain, below = ''): string[] {
  return [...state].flatMap(([name, value]) => {
    const full = path.join(below, name);
    return typeof value === 'string' ? [`${full}=${value}`] : [`${full}/`, ...plainListing(value, full)];
  });
}

/** What the kernel shows of the trees, the lowest first. */
async function overlay(roots: readonly string[]): Promise<string[]> {
  let shown = new Map<string, string>();
  for (const root of roots) {
    const entries = await listing(root);
    for (const entry of entries) {
      const at = entry.replace(/\/$|=.*/, '');
      const before = shown.get(at);
      const isDirectory = entry.endsWith('/');
      if (!isDirectory || (before && !before.endsWith('/')))
        shown = new Map([...shown].filter(([other]) => other !== at && !other.startsWith(`${at}/`)));
      shown.set(at, entry);
    }
  }
  return [...shown.values()].sort();
}

test('whatever layers do, their trees show what the specification says', async () => {
  const one = await room();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(change, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      async (stack) => {
        const state: Plain = new Map();
        let trees: readonly string[] = [];
        for (const changes of stack) {
          // Within a layer each path comes once, and nothing lies below a file.
          const own = changes.filter(
            (c, i) =>
              !changes.some(
                (d, j) =>
                  i !== j &&
                  ((j < i && d.at.join('/') === c.at.join('/')) ||
                    (d.what === 'file' && c.at.join('/').startsWith(`${d.at.join('/')}/`)) ||
                    (d.what === 'remove' && c.what === 'opaque' && c.at.join('/').startsWith(`${d.at.join('/')}/`))),
              ),
          );
          const entries = own.map(({ at, what, text }): string => {
            const full = at.join('/');
            if (what === 'file') return `${full}=${text}`;
            if (what === 'directory') return `${full}/`;
            return what === 'opaque' ? `${full}/.wh..wh..opq` : path.join(path.dirname(full), `.wh.${at.at(-1)}`);
          });
          trees = await one.unpack(trees, await layerOf(...entries));
          applied(state, own);
        }
        assert.deepEqual(await overlay(trees.map((tree) => one.trees.path(tree))), plainListing(state).sort());
      },
    ),
    { numRuns: 60 },
  );
});
