import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { dalamb } from './command.fixture.ts';
import { appPath, jsonOf, textOf, wholeNumber } from './given.ts';
import type { Stage } from './stage.ts';

const stage = { io: { stdin: async () => Buffer.from('came in') }, app: async () => 'a/b' } as unknown as Stage;
const usage = { code: 'WrongUsage' };

test('what is no JSON, no number, no file is wrong usage, and says which', async (t) => {
  assert.deepEqual(jsonOf('--where', '{"a":1}'), { a: 1 });
  assert.throws(() => jsonOf('--where', '{'), { ...usage, message: /^--where is no JSON: / });
  assert.equal(wholeNumber('512'), 512);
  for (const text of ['', 'abc', '-1', '1.5', '1e3', '0x10', '9'.repeat(10)])
    assert.throws(() => wholeNumber(text), { message: 'it is no whole number.' }, text);
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-given-'));
  t.after(() => fs.rm(folder, { recursive: true }));
  await fs.writeFile(path.join(folder, 'file'), 'in it');
  assert.equal(await textOf(stage, path.join(folder, 'file')), 'in it');
  assert.equal(await textOf(stage, '-'), 'came in');
  await assert.rejects(textOf(stage, path.join(folder, 'none')), { ...usage, message: /none cannot be read: ENOENT/ });
});

test('an application is one part of a path, whatever it is called', async () => {
  assert.equal(await appPath(stage, '/config'), '/apps/a%2Fb/config');
  const { sent } = await dalamb(['--app', 'shop/config?x', 'info']);
  assert.equal(sent[0]!.path, '/apps/shop%2Fconfig%3Fx');
});

test('wrong usage is 2, and with --json one document as well', async () => {
  for (const line of [
    ['resource:memory', 'cart', 'abc', '--app', 'shop'],
    ['bogus'],
    ['create'],
    ['reviews:settings', '--days', 'x'],
  ]) {
    const { code, out, err, sent } = await dalamb([...line, '--json']);
    assert.deepEqual([code, sent.length], [2, 0], line.join(' '));
    const { error } = JSON.parse(out);
    assert.equal(error.code, 'WrongUsage');
    assert.ok(err.includes(error.message), err);
    assert.equal((await dalamb(line)).out, '');
  }
});
