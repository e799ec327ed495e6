import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../kernel/index.ts';
import { readFormData } from './form-data.ts';

const TYPE = 'multipart/form-data; boundary=x';
type Part = readonly [name: string, value: string | Buffer, filename?: string];

function encoded(parts: readonly Part[], boundary = 'x'): Buffer {
  const pieces = parts.flatMap(([name, value, filename]) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n`,
    ),
    Buffer.from(value as string),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

async function* inPieces(body: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

async function read(body: Buffer, size = body.length || 1, type = TYPE) {
  const { fields, file } = await readFormData(inPieces(body, size), type);
  const chunks: Uint8Array[] = [];
  if (file) for await (const chunk of file.content) chunks.push(chunk);
  return { fields: Object.fromEntries(fields), ...(file ? { name: file.name, content: Buffer.concat(chunks) } : {}) };
}

async function refusal(body: Buffer | string, type = TYPE): Promise<string> {
  try {
    await read(Buffer.from(body), 700, type);
  } catch (error) {
    if (isFailure(error)) return error.code;
    throw error;
  }
  return 'read';
}

test('fields before the file, then the file; what follows is ignored', async () => {
  const body = encoded([
    ['Key', 'a/ü.txt'],
    ['Policy', 'p'],
    ['file', 'con\r\ntent--x', 'C:\\my files\\a.txt'],
    ['after', 'ignored'],
  ]);
  const expected = { fields: { key: 'a/ü.txt', policy: 'p' }, name: 'a.txt', content: Buffer.from('con\r\ntent--x') };
  assert.deepEqual(await read(Buffer.concat([Buffer.from('preamble\r\n'), body])), expected);
  assert.deepEqual(await read(body, 1), expected);
  assert.deepEqual(await read(encoded([['key', 'k']])), { fields: { key: 'k' } });
  assert.deepEqual((await read(encoded([['file', '']]))).content, Buffer.alloc(0));
  const quoted = encoded([['k', 'v']], 'a b');
  assert.deepEqual(await read(quoted, 3, 'multipart/form-data; boundary="a b"; charset=utf-8'), { fields: { k: 'v' } });
});

test('names and file names are unescaped', async () => {
  assert.deepEqual((await read(encoded([['file', '', 'a\\"b%22c']]))).name, 'a"b"c');
  const bare = Buffer.from('--x\r\nContent-Type: a/b\r\ncontent-disposition: form-data; name=k; x=y\r\n\r\nv\r\n--x--');
  assert.deepEqual(await read(bare), { fields: { k: 'v' } });
});

test('what is no form is refused', async () => {
  for (const body of [
    '',
    '--x',
    '--x\r\n',
    '--y--',
    '--x\r\n\r\nvalue\r\n--x--',
    '--xy\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n--x--',
  ])
    assert.equal(await refusal(body), 'MalformedPOSTRequest', body);
  assert.equal(await refusal(encoded([['file', 'cut off']]).subarray(0, -8)), 'MalformedPOSTRequest');
  assert.equal(await refusal(encoded([]), 'multipart/form-data'), 'MalformedPOSTRequest');
  assert.equal(await refusal(encoded([['a', 'x'.repeat(20 * 1024)]])), 'MaxPostPreDataLengthExceededError');
  assert.equal(await refusal('x'.repeat(100_000)), 'MaxPostPreDataLengthExceededError');
  assert.equal(await refusal(`--x\r\n${'x'.repeat(100_000)}`), 'MaxPostPreDataLengthExceededError');
});

test('any fields and content come back, cut anywhere; any bytes are read or refused', async () => {
  const name = fc.stringMatching(/^[a-z-]{1,12}$/).filter((one) => one !== 'file');
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.constantFrom('\r', '\n', '-', '--x', '\r\n--', '\r\n--x'.slice(0, 4), 'a'))
      .map((all) => Buffer.from(all.join(''))),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, fc.string(), { noNullPrototype: true }),
      content,
      fc.integer({ min: 1, max: 50 }),
      async (fields, bytes, size) => {
        const all = [...Object.values(fields), Buffer.from(bytes).toString('latin1')];
        fc.pre(!all.some((one) => `\r\n${one}\r\n`.includes('\r\n--x')));
        const body = encoded([...Object.entries(fields), ['file', Buffer.from(bytes), 'f']]);
        assert.deepEqual(await read(body, size), { fields, name: 'f', content: Buffer.from(bytes) });
      },
    ),
    { numRuns: 200 },
  );
  const pieces = fc.array(
    fc.constantFrom('--x', '\r\n', '--', 'Content-Disposition: form-data; name="a"', 'file', ';', '"', 'x'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        pieces.map((all) => all.join('')),
        fc.string(),
      ),
      async (text) => {
        await refusal(text);
      },
    ),
    { numRuns: 300 },
  );
});
