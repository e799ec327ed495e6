import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { collect } from '../kernel/index.ts';
import { createWire } from './index.ts';

const wire = createWire();
const content = Buffer.from('hello');
const md5 = (of: Buffer) => hash('md5', of, 'base64');

/** How many bytes were asked for. */
interface Asked {
  limit?: number;
}

/** PutObject whose request can be read whole; its stream brings something else. Resolves to the body as an operation reads it. */
async function received(headers: Record<string, string>, sent = content, asked: Asked = {}): Promise<Buffer> {
  const request = {
    method: 'PUT',
    url: '/bucket/key',
    headers: { host: 'localhost', 'content-length': String(sent.length), ...headers },
    body: Readable.from([Buffer.from('streamed')]),
    whole: async (limit: number) => {
      asked.limit = limit;
      return sent;
    },
  };
  const match = await wire.match(request);
  const { input } = await wire.decode(request, match);
  assert.equal(asked.limit, undefined, 'read before anybody wanted it');
  return collect(input.Body as AsyncIterable<Uint8Array>, 100_000, () => new TypeError('too large'));
}

describe('payloads up to 64 KB of a request that can be read whole', () => {
  it('are read at once, no more than was declared, when somebody begins to', async () => {
    const asked: Asked = {};
    assert.deepEqual(await received({ 'content-md5': md5(content) }, content, asked), content);
    assert.equal(asked.limit, content.length);
    assert.deepEqual(await received({}), content);
    assert.equal((await received({}, Buffer.alloc(0))).length, 0);
  });

  it('are refused when they are not what was promised', async () => {
    const other = md5(Buffer.from('other'));
    await assert.rejects(received({ 'content-md5': other }), { code: 'BadDigest' });
    await assert.rejects(received({ 'x-amz-checksum-crc32': 'AAAAAA==' }), { code: 'BadDigest' });
  });

  it('are streamed when they are larger', async () => {
    assert.equal((await received({}, Buffer.alloc(64 * 1024 + 1))).toString(), 'streamed');
  });
});
