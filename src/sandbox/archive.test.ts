import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import { ZipFile } from 'yazl';
import { unpack } from './archive.ts';

interface Forged {
  readonly name: string;
  readonly content?: Buffer;
  readonly mode?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly size?: number;
  readonly crc?: number;
  readonly madeBy?: number;
}

/** A zip with whatever it is told to lie about. */
function forge(entries: readonly Forged[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content = Buffer.from('x'), mode = 0o100644, flags = 0, method = 8, size, crc, madeBy = 3 } of entries) {
    const data = method === 8 ? deflateRawSync(content) : content;
    const raw = Buffer.from(name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(flags, 2);
    shared.writeUInt16LE(method, 4);
    shared.writeUInt32LE(crc ?? crc32(content), 10);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(size ?? content.length, 18);
    shared.writeUInt16LE(raw.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, raw, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, madeBy]), shared, tail, raw]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

let directory: string;
let count = 0;
before(async () => {
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-archive-'));
});
after(() => fs.rm(directory, { recursive: true, force: true }));

async function attempt(bytes: Buffer, limits = { bytes: 262_144_000, entries: 1000 }) {
  const at = path.join(directory, `${++count}`);
  await fs.mkdir(path.join(at, 'tree'), { recursive: true });
  await fs.writeFile(path.join(at, 'zip'), bytes);
  const result = await unpack(path.join(at, 'zip'), path.join(at, 'tree'), limits).catch((error) => error);
  assert.deepEqual((await fs.readdir(at)).sort(), ['tree', 'zip'], 'nothing is written beside');
  return { result, files: await fs.readdir(path.join(at, 'tree'), { recursive: true }) };
}

const LINK = 0o120777;
const early: Record<string, readonly Forged[]> = {
  traversal: [{ name: 'ok' }, { name: 'a/../../evil' }],
  'plain traversal': [{ name: '../evil' }],
  absolute: [{ name: '/etc/evil' }],
  backslash: [{ name: '..\\evil' }],
  drive: [{ name: 'C:/evil' }],
  'null byte': [{ name: 'a\0b' }],
  device: [{ name: 'null', mode: 0o020666 }],
  fifo: [{ name: 'pipe', mode: 0o010666 }],
  socket: [{ name: 's', mode: 0o140666 }],
  twice: [{ name: 'a' }, { name: 'a' }],
  'twice by another spelling': [{ name: 'd/a' }, { name: 'd/./a' }],
  'below a link': [{ name: 'l', mode: LINK, content: Buffer.from('/') }, { name: 'l/evil' }],
  'below a file': [{ name: 'f' }, { name: 'f/g' }],
  encrypted: [{ name: 'secret', flags: 1 }],
  method: [{ name: 'a', method: 14 }],
  'huge link': [{ name: 'l', mode: LINK, content: Buffer.alloc(5000, 97) }],
  'long name': [{ name: 'n'.repeat(300) }],
  deep: [{ name: `${'d/'.repeat(200)}f` }],
};
for (const [what, entries] of Object.entries(early)) {
  test(`refuses before anything is written: ${what}`, async () => {
    const { result, files } = await attempt(forge(entries));
    assert.equal(result.code, 'InvalidArchive', String(result));
    assert.deepEqual(files, []);
  });
}

const late: Record<string, readonly Forged[]> = {
  'smaller than declared': [{ name: 'a', size: 100 }],
  'larger than declared (a bomb that lies)': [{ name: 'a', content: Buffer.alloc(1e6), size: 10 }],
  checksum: [{ name: 'a', crc: 1 }],
  'link out': [{ name: 'd/l', mode: LINK, content: Buffer.from('../../x') }],
  'absolute link': [{ name: 'l', mode: LINK, content: Buffer.from('/etc/passwd') }],
  'link out through a link': [
    { name: 'd/b', mode: LINK, content: Buffer.from('..') },
    { name: 'a', mode: LINK, content: Buffer.from('d/b/../../etc') },
  ],
};
for (const [what, entries] of Object.entries(late)) {
  test(`refuses: ${what}`, async () => {
    const { result } = await attempt(forge(entries));
    assert.equal(result.code, 'InvalidArchive', String(result));
  });
}

test('refuses bombs and floods of entries by what they declare', async () => {
  const bomb = await attempt(forge([{ name: 'a', content: Buffer.alloc(10_000) }]), { bytes: 9_999, entries: 10 });
  assert.equal(bomb.result.code, 'ArchiveTooLarge');
  assert.deepEqual(bomb.files, []);
  const flood = forge(Array.from({ length: 11 }, (_, i) => ({ name: `f${i}` })));
  assert.equal((await attempt(flood, { bytes: 1e6, entries: 10 })).result.code, 'ArchiveTooLarge');
});

test('a truncated archive, an empty file and noise are refused', async () => {
  const whole = forge([{ name: 'a' }, { name: 'b' }]);
  for (const bytes of [
    whole.subarray(0, whole.length - 30),
    Buffer.alloc(0),
    Buffer.from('no zip at all'),
    Buffer.alloc(70_000, 80),
  ]) {
    assert.equal((await attempt(bytes)).result.code, 'InvalidArchive');
  }
});

test('an archive made elsewhere than on unix unpacks as plain files', async () => {
  const { result, files } = await attempt(
    forge([
      { name: './', content: Buffer.alloc(0) },
      { name: 'd/a.txt', madeBy: 0, mode: 0 },
    ]),
  );
  assert.equal(result, 1);
  assert.deepEqual(files.sort(), ['d', 'd/a.txt']);
});

test('zips of a common writer with streamed sizes unpack', async () => {
  const zip = new ZipFile();
  for (let i = 0; i < 50; i++) zip.addBuffer(Buffer.alloc(i * 100, i), `d${i % 5}/f${i}`);
  zip.end();
  const { result, files } = await attempt(await buffer(zip.outputStream));
  assert.equal(result, 122_500);
  assert.equal(files.length, 55);
});
