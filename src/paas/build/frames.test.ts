import assert from 'node:assert/strict';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../../kernel/index.ts';
import { installation } from './build.fixture.ts';
import { type Frame, frameWriter, readFrames } from './frames.ts';

const theirs = await import(path.join(installation, 'runtimes/builder/frames.cjs'));

async function framesOf(chunks: readonly Uint8Array[]): Promise<Frame[]> {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  return Array.fromAsync(readFrames(source));
}

const written = async (writer: typeof frameWriter, content: Uint8Array) => {
  const socket = new PassThrough();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const to = writer(socket);
  await to.message({ file: 'a', size: content.byteLength });
  await to.bytes(content);
  await new Promise((done) => setImmediate(done));
  return Buffer.concat(chunks);
};

suite('frames of builders', () => {
  test('what either side writes the other reads, wherever it is cut', async () => {
    const content = Buffer.alloc(2_500_000, 'abc');
    const bytes = await written(frameWriter, content);
    assert.deepEqual(await written(theirs.frameWriter, content), bytes);
    const cuts = [0, 1, 4, 5, 9, 1000, 1_048_580, 1_048_581, bytes.length];
    const pieces = cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
    for (const read of [framesOf, (chunks: Uint8Array[]) => Array.fromAsync(theirs.readFrames(chunks)) as Promise<Frame[]>]) {
      const [first, ...rest] = await read(pieces);
      assert.deepEqual(first, { message: { file: 'a', size: content.length } });
      assert.ok(content.equals(Buffer.concat(rest.map((frame) => ('bytes' in frame ? frame.bytes : Buffer.alloc(0))))));
    }
  });

  test('whatever comes, it is frames or a failed build, and never held in memory', async () => {
    const head = fc.constantFrom(
      '\0\0\0\x03J{}',
      '\0\0\0\x05Jnull',
      '\0\0\0\0',
      '\xff\xff\xff\xffD',
      '\0\x20\0\0D',
      '\0\0\0\x02X1',
      '\0\0\0\x03J{',
    );
    const parts = fc.array(fc.oneof(head, fc.string({ unit: 'binary-ascii', maxLength: 8 })), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(parts, async (said) => {
        const frames = await framesOf(said.map((one) => Buffer.from(one, 'latin1'))).catch((error) => {
          assert.ok(isFailure(error, 'BuildFailed'), String(error));
        });
        for (const frame of frames ?? []) assert.ok('bytes' in frame || typeof frame.message === 'object');
      }),
    );
  });
});
