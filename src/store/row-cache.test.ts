import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowCache, rowId } from './row-cache.ts';

test('a document is known until a later commit touches its collection', () => {
  const cache = new RowCache();
  assert.equal(cache.get('a', 3), undefined);
  cache.put('a', 3, { value: { deep: [1] } }, 10);
  const kept = cache.get('a', 3)!;
  assert.deepEqual(kept, { value: { deep: [1] } });
  assert.throws(() => ((kept.value as { deep: number[] }).deep[0] = 2), TypeError, 'frozen, for all readers share it');
  cache.put('b', 2, { late: true }, 10);
  assert.equal(cache.get('b', 3), undefined, 'what was read before the commit does not come in after it');
  assert.equal(cache.get('a', 4), undefined);
  assert.equal(cache.get('a', 3), undefined);
});

test('what is kept is bounded; what is used stays', () => {
  const cache = new RowCache();
  cache.get('', 1);
  cache.put('hot', 1, { hot: true }, 1000);
  cache.put('large', 1, {}, 100_000);
  assert.equal(cache.get('large', 1), undefined);
  for (let i = 0; i < 5000; i++) {
    cache.put(`cold${i}`, 1, { i }, 1000);
    assert.ok(cache.get('hot', 1));
  }
  let kept = 0;
  for (let i = 0; i < 5000; i++) if (cache.get(`cold${i}`, 1)) kept++;
  assert.ok(kept > 400 && kept < 1100, `${kept} of 5000`);
});

test('documents too deep to freeze are not kept', () => {
  const cache = new RowCache();
  cache.get('', 1);
  cache.put('deep', 1, { list: JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)) }, 20_000);
  assert.equal(cache.get('deep', 1), undefined);
});

test('ids of different keys differ', () => {
  assert.notEqual(rowId(['a', 'b']), rowId(['ab', '']));
  assert.notEqual(rowId(['1:a', 'b']), rowId(['1', 'a1:b']));
  assert.notEqual(rowId(['a\0', 'b']), rowId(['a', '\0b']));
  assert.equal(rowId(['a', 1]), rowId(['a', 1]));
});
