import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import { zipOf } from '../support/archives.ts';
import { type Attacker, answerOf, startVictims, type Victims } from '../support/attacks.ts';
import { ociMissing } from '../support/invoke-room.ts';

interface Forged {
  readonly name: string | Buffer;
  readonly content?: Buffer;
  /** Deflated content, given when it is too large to make again and again. */
  readonly data?: Buffer;
  readonly mode?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly size?: number;
  readonly crc?: number;
}

/** A zip (PKWARE APPNOTE 4.3) with whatever it is told to lie about. */
function forge(entries: readonly Forged[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content = Buffer.from('x'), mode = 0o100644, flags = 0, method = 8, ...lies } of entries) {
    const data = lies.data ?? (method === 8 ? deflateRawSync(content) : content);
    const raw = Buffer.from(name as string);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(flags, 2);
    shared.writeUInt16LE(method, 4);
    shared.writeUInt32LE(lies.crc ?? crc32(content), 10);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(lies.size ?? content.length, 18);
    shared.writeUInt16LE(raw.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, raw, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), shared, tail, raw]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 8);
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

const UNREADABLE = 'Could not unzip uploaded file. Please check your file, then try to upload again.';
const TOO_LARGE = 'Unzipped size must be smaller than 262144000 bytes';
const good = { name: 'index.js', content: Buffer.from('exports.handler = async () => 1') };
const link = (name: string, to: string) => ({ name, content: Buffer.from(to), mode: 0o120777, method: 0 });

const zeros = Buffer.alloc(27_000_000);
const bomb = { content: zeros, data: deflateRawSync(zeros, { level: 9 }), crc: crc32(zeros) };

const whole = forge([good]);
const unreadable: Record<string, Buffer> = {
  'a name that climbs': forge([good, { name: '../../../tmp/dalamb-evil' }]),
  'a name that climbs in the middle': forge([good, { name: 'a/../../dalamb-evil' }]),
  'an absolute name': forge([good, { name: '/tmp/dalamb-evil' }]),
  'a name with a backslash': forge([good, { name: '..\\dalamb-evil' }]),
  'a drive letter': forge([good, { name: 'C:/dalamb-evil' }]),
  'a zero byte in a name': forge([good, { name: 'a\0b' }]),
  'an empty name': forge([good, { name: '' }]),
  'a name of 300 bytes': forge([good, { name: 'n'.repeat(300) }]),
  'a thousand folders deep': forge([good, { name: `${'d/'.repeat(1000)}f` }]),
  'the same name twice': forge([good, good]),
  'a file below a file': forge([good, { name: 'index.js/evil' }]),
  'a link out': forge([good, link('out', '../../../../etc/passwd')]),
  'an absolute link': forge([good, link('out', '/etc/passwd')]),
  'a link, and a file through it': forge([link('out', '..'), { name: 'out/dalamb-evil' }, good]),
  'a chain of links out': forge([good, { name: 'd/e/f' }, link('d/up', '..'), link('out', 'd/up/up/../..')]),
  'a device': forge([good, { name: 'disk', mode: 0o060666 }]),
  'a pipe': forge([good, { name: 'pipe', mode: 0o010666 }]),
  'encrypted content': forge([{ ...good, flags: 1 }]),
  'a wrong checksum': forge([{ ...good, crc: 1 }]),
  'less than it says': forge([{ ...good, size: 5000 }]),
  'more than it says': forge([{ ...good, content: Buffer.alloc(100_000), size: 10 }]),
  'an unknown compression': forge([{ ...good, method: 99 }]),
  'broken compression': forge([{ ...good, data: Buffer.from([0xff, 0xff, 0xff]) }]),
  'its end cut off': whole.subarray(0, whole.length - 10),
  'its directory cut off': whole.subarray(0, 60),
  'its beginning cut off': whole.subarray(20),
  'no zip at all': Buffer.from('#!/bin/sh\necho no zip\n'),
  'a gzip': Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  'random bytes': Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 3) * 104_729) % 256)),
};

suite('zips that mean harm', { skip: ociMissing ?? false, timeout: 120_000 }, () => {
  let victims: Victims;
  let steady: Attacker;
  before(async () => {
    victims = await startVictims();
    steady = await victims.attacker('steady');
  });
  after(() => victims?.stop());

  const settings = () => ({ Role: victims.role, Runtime: 'nodejs24.x', Handler: 'index.handler' }) as const;
  const create = (FunctionName: string, ZipFile: Uint8Array) =>
    victims.of.lambda.createFunction({ FunctionName, ...settings(), Code: { ZipFile } });
  const treesLeft = () => fs.readdirSync(path.join(victims.platform.directory, 'trees'));

  test('each is refused in the words of AWS, on creation and on update, and leaves nothing', async () => {
    const before = treesLeft();
    const refusal = { name: 'InvalidParameterValueException', message: UNREADABLE };
    await victims.beside(async () => {
      for (const [what, zip] of Object.entries(unreadable)) {
        await assert.rejects(create('evil', zip), refusal, what);
        await assert.rejects(victims.of.lambda.updateFunctionCode({ FunctionName: 'steady', ZipFile: zip }), refusal, what);
      }
    });
    await assert.rejects(victims.of.lambda.getFunction({ FunctionName: 'evil' }), { name: 'ResourceNotFoundException' });
    assert.deepEqual(treesLeft(), before);
    for (const place of ['/tmp/dalamb-evil', '/dalamb-evil', path.join(victims.platform.directory, 'dalamb-evil')])
      assert.ok(!fs.existsSync(place), place);
    assert.equal(answerOf(await steady('return 1')), 1, 'the code that was there still runs');
  });

  test('bombs are stopped by what they unpack to, said or not', async () => {
    const refusal = { name: 'InvalidParameterValueException', message: TOO_LARGE };
    const disk = () => fs.statfsSync(victims.platform.directory).bavail * fs.statfsSync(victims.platform.directory).bsize;
    const free = disk();
    await victims.beside(async () => {
      const files = Array.from({ length: 10 }, (_, n) => ({ name: `zeros-${n}`, ...bomb }));
      await assert.rejects(create('bomb', forge([good, ...files])), refusal);
      await assert.rejects(create('bomb', forge([good, { name: 'big', ...bomb, size: 3_000_000_000 }])), refusal);
      await assert.rejects(create('bomb', forge([good, { name: 'liar', ...bomb, size: 1000 }])), {
        name: 'InvalidParameterValueException',
        message: UNREADABLE,
      });
      const many = forge([
        good,
        ...Array.from({ length: 10_000 }, (_, n) => ({ name: `f${n}`, method: 0, content: Buffer.alloc(0) })),
      ]);
      assert.equal((await create('many', many)).CodeSize, many.length, 'ten thousand files are no bomb, and hold nobody up');
    });
    assert.ok(free - disk() < 100e6, `${free - disk()} bytes of disk`);
  });

  test('50 MB directly and not a byte more; nothing at all is no zip', async () => {
    const noise = (size: number) => forge([good, { name: 'noise', content: Buffer.alloc(size), method: 0 }]);
    const room = 52_428_800 - noise(0).length;
    await victims.beside(async () => {
      await assert.rejects(create('large', noise(room + 1)), (error: Error & { $metadata: { httpStatusCode: number } }) => {
        assert.equal(error.name, 'RequestEntityTooLargeException');
        assert.equal(error.message, 'Zipped size must be smaller than 52428800 bytes');
        return error.$metadata.httpStatusCode === 413;
      });
      const { CodeSize } = await create('large', noise(room));
      assert.equal(CodeSize, 52_428_800);
    });
    await assert.rejects(create('empty', new Uint8Array(0)), { name: 'InvalidParameterValueException' });
    await assert.rejects(victims.of.lambda.createFunction({ FunctionName: 'nothing', ...settings(), Code: {} }), {
      name: 'InvalidParameterValueException',
      message: 'Please provide a source for function code.',
    });
  });

  test('odd but honest zips work: links inside, folders, other modes, a comment behind', async () => {
    const odd = forge([
      { name: 'lib/', content: Buffer.alloc(0), mode: 0o040700, method: 0 },
      {
        name: 'lib/real.js',
        content: Buffer.from('exports.handler = async () => require("fs").statSync(__filename).mode & 0o777'),
        mode: 0o100400,
      },
      link('index.js', 'lib/real.js'),
      { name: 'tool', mode: 0o104755 },
    ]);
    await victims.of.lambda.createFunction({ FunctionName: 'odd', ...settings(), Code: { ZipFile: odd } });
    const empty = await zipOf(
      { 'index.js': 'exports.handler = async () => require("fs").statSync("/var/task/tool").mode & 0o7777', tool: 'x' },
      ['tool'],
    );
    for (const [name, zip, mode] of [
      ['odd', odd, 0o644],
      ['odd', empty, 0o755],
    ] as const) {
      await victims.of.lambda.updateFunctionCode({ FunctionName: name, ZipFile: zip });
      for (;;) {
        const { LastUpdateStatus, State } = await victims.of.lambda.getFunctionConfiguration({ FunctionName: name });
        if (LastUpdateStatus === 'Successful' && State === 'Active') break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const { Payload, FunctionError } = await victims.of.lambda.invoke({ FunctionName: name });
      assert.equal(FunctionError, undefined, Payload!.transformToString());
      assert.equal(Payload!.transformToString(), `${mode}`);
    }
  });
});
