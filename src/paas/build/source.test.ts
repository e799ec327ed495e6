import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import tar, { type Header } from 'tar-stream';
import { isFailure, randomIds } from '../../kernel/index.ts';
import { type Files, tarOf } from './build.fixture.ts';
import { receiveSource } from './source.ts';

function open(t: TestContext) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-source-'));
  t.after(() => fs.rmSync(directory, { recursive: true }));
  const receive = async (source: AsyncIterable<Uint8Array>, signal = new AbortController().signal) => {
    const spool = await receiveSource(source, { directory, ids: randomIds, mib: 1, signal });
    t.after(() => spool.close());
    return spool.tree;
  };
  const refused = async (source: AsyncIterable<Uint8Array>) => {
    const error = await receive(source).then(
      () => assert.fail('it was received'),
      (error) => error,
    );
    assert.ok(isFailure(error, 'BuildFailed'), String(error));
    assert.deepEqual(fs.readdirSync(directory), [], 'nothing is left');
    return error.message;
  };
  return { receive, refused, directory };
}

async function* raw(...entries: readonly [Partial<Header> & { name: string }, string?][]): AsyncGenerator<Uint8Array> {
  const pack = tar.pack();
  for (const [header, content] of entries) pack.entry(header, content ?? '');
  pack.finalize();
  yield* pack as AsyncIterable<Uint8Array>;
}

test('a large file may come in one piece', async (t) => {
  const { directory } = open(t);
  const one = async function* () {
    const chunks: Uint8Array[] = [];
    for await (const chunk of tarOf({ large: Buffer.alloc(6 * 2 ** 20, 'x'), small: 'y' })) chunks.push(chunk);
    yield Buffer.concat(chunks);
  };
  const spool = await receiveSource(one(), { directory, ids: randomIds, mib: 8, signal: new AbortController().signal });
  t.after(() => spool.close());
  assert.deepEqual(
    [...spool.tree.values()].map(({ path: name, size }) => [name, size]),
    [
      ['large', 6 * 2 ** 20],
      ['small', 1],
    ],
  );
});

test('files, programs and links are received, and nothing has a name on the disk', async (t) => {
  const { receive, directory } = open(t);
  const tree = await receive(tarOf({ 'a/b.txt': 'hello', 'run.sh': { program: '#!' }, link: { link: 'a/b.txt' }, 'é/x': '' }));
  assert.deepEqual([...tree.keys()], ['a/b.txt', 'run.sh', 'link', 'é/x']);
  assert.equal((await tree.get('a/b.txt')!.read()).toString(), 'hello');
  assert.equal((await tree.get('link')!.read()).toString(), 'a/b.txt');
  assert.deepEqual(
    [tree.get('run.sh')!.executable, tree.get('a/b.txt')!.executable, tree.get('link')!.kind],
    [true, false, 'link'],
  );
  assert.deepEqual(fs.readdirSync(directory), []);
});

test('what leads out, comes twice or is no file is refused', async (t) => {
  const { refused } = open(t);
  const forms: readonly (readonly [AsyncIterable<Uint8Array>, RegExp])[] = [
    [tarOf({ '../x': '' }), /leads out of it/],
    [tarOf({ '/etc/x': '' }), /leads out of it/],
    [tarOf({ 'a/../../x': '' }), /leads out of it/],
    [tarOf({ './a': '', a: '' }), /"a" twice/],
    [tarOf({ a: '', 'a/b': '' }), /"a" as a file and as a folder/],
    [tarOf({ 'a/b': '', a: '' }), /"a" twice/],
    [tarOf({ '.git/hooks/x': '' }), /git’s own/],
    [tarOf({ 'a/.GIT/config': '' }), /git’s own/],
    [tarOf({ 'a\nb': '' }), /no plain UTF-8/],
    [tarOf({ 'a\\b': '' }), /no plain UTF-8/],
    [tarOf({ [`${'d/'.repeat(70)}x`]: '' }), /too long/],
    [tarOf({ link: { link: '/etc/passwd' } }), /leads out of the application/],
    [tarOf({ link: { link: '../x' } }), /leads out of the application/],
    [tarOf({ 'a/link': { link: '../../x' } }), /leads out of the application/],
    [tarOf({ 'a/b/link': { link: 'c/../../../../x' } }), /leads out of the application/],
    [raw([{ name: 'dev', type: 'character-device' }]), /no file, folder or link/],
    [raw([{ name: 'a' }, 'x'], [{ name: 'hard', type: 'link', linkname: 'a' }]), /no file, folder or link/],
    [raw([{ name: 'p', type: 'fifo' }]), /no file, folder or link/],
    [tarOf({ big: Buffer.alloc(1_100_000) }), /more than 1 MiB/],
    [tarOf(Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`f${i}`, Buffer.alloc(400_000)]))), /more than 1 MiB/],
  ];
  for (const [form, message] of forms) assert.match(await refused(form), message);
});

test('whatever bytes come, they are received or refused', async (t) => {
  const { receive } = open(t);
  const whole = Buffer.concat(await Array.fromAsync(tarOf({ 'a.txt': 'hello', 'b/c.txt': 'x'.repeat(600) })));
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(damage, fc.nat(whole.length), async (bytes, end) => {
      const broken = Buffer.from(whole.subarray(0, end));
      for (const [at, value] of bytes) if (at < broken.length) broken[at] = value;
      await receive(once(broken)).catch((error) => assert.ok(isFailure(error, 'BuildFailed'), String(error)));
    }),
    { numRuns: 150 },
  );
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

test('an abort ends it', async (t) => {
  const { receive } = open(t);
  const files: Files = { a: 'x' };
  await assert.rejects(receive(tarOf(files), AbortSignal.abort()), { name: 'AbortError' });
});
