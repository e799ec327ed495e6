import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { createSecretBox, isFailure } from './kernel/index.ts';
import { loadKeys } from './keys.ts';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-keys-'));
after(() => fs.rmSync(directory, { recursive: true }));

test('a key is made once, for its owner only, and read again', () => {
  const file = path.join(directory, 'new', 'key');
  const [made] = loadKeys(file);
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(loadKeys(file), [made]);
});

test('a new line on top seals, the old one still opens', () => {
  const file = path.join(directory, 'rotated');
  const sealed = createSecretBox(loadKeys(file)).seal('secret', 'test');
  fs.writeFileSync(file, `aaaaaaaa ${'1'.repeat(64)}\n${fs.readFileSync(file, 'utf8')}`);
  const rotated = createSecretBox(loadKeys(file));
  assert.equal(rotated.open(sealed, 'test'), 'secret');
  assert.equal(createSecretBox([{ id: 'aaaaaaaa', key: Buffer.alloc(32, 0x11) }]).open(rotated.seal('x', 'test'), 'test'), 'x');
});

test('a file that others can read, or that is damaged, is refused', () => {
  const file = path.join(directory, 'open');
  loadKeys(file);
  fs.chmodSync(file, 0o644);
  assert.throws(
    () => loadKeys(file),
    (error) => isFailure(error, 'ConfigInvalid'),
  );
  fs.chmodSync(file, 0o600);
  fs.writeFileSync(file, 'nonsense\n');
  assert.throws(
    () => loadKeys(file),
    (error) => isFailure(error, 'ConfigInvalid'),
  );
});
