import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSecretBox } from './secret-box.ts';

const old = { id: '00000001', key: new Uint8Array(32).fill(1) };
const fresh = { id: '00000002', key: new Uint8Array(32).fill(2) };

test('what is sealed opens for its purpose and for no other', () => {
  const box = createSecretBox([old]);
  const sealed = box.seal('geheim ✓', 'keys');
  assert.equal(box.open(sealed, 'keys'), 'geheim ✓');
  assert.equal(box.open(sealed, 'tokens'), undefined);
  assert.notEqual(box.seal('geheim ✓', 'keys'), sealed);
});

test('a digest is the same for the same secret and purpose, and differs with either and with the key', () => {
  const box = createSecretBox([old]);
  const digest = box.digest('a', 'p');
  assert.match(digest, /^[0-9a-f]{16}$/);
  assert.equal(box.digest('a', 'p'), digest);
  for (const other of [box.digest('b', 'p'), box.digest('a', 'q'), createSecretBox([fresh]).digest('a', 'p')])
    assert.notEqual(other, digest);
});

test('a changed character at any place is noticed', () => {
  const box = createSecretBox([old]);
  const sealed = box.seal('a secret', 'keys');
  for (let i = 0; i < sealed.length; i++) {
    const other = sealed[i] === 'A' ? 'B' : 'A';
    assert.equal(box.open(sealed.slice(0, i) + other + sealed.slice(i + 1), 'keys'), undefined, `at ${i}`);
  }
  for (const text of ['', 'x', sealed.slice(0, -1), `${sealed}A`, `${sealed}=`]) assert.equal(box.open(text, 'keys'), undefined);
});

test('after a rotation old envelopes open, new ones carry the new key', () => {
  const sealed = createSecretBox([old]).seal('a', 'p');
  const both = createSecretBox([fresh, old]);
  assert.equal(both.open(sealed, 'p'), 'a');
  assert.equal(createSecretBox([old]).open(both.seal('b', 'p'), 'p'), undefined);
  assert.throws(() => createSecretBox([]));
});
