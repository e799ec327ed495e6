import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Item } from '../values/item.ts';
import { bindExpressions } from './bind.ts';
import { project } from './projection.ts';

const N = (n: number) => ({ N: String(n) });
const item: Item = {
  a: N(1),
  m: { M: { x: N(2), y: { M: { z: N(3) } }, 'a.b': N(4) } },
  l: { L: [N(0), { M: { k: N(5), j: N(6) } }, { L: [N(7), N(8)] }] },
};
const projected = (ProjectionExpression: string, ExpressionAttributeNames?: Record<string, string>) =>
  project(bindExpressions({ ProjectionExpression, ExpressionAttributeNames }).projection!, item);

test('a projection keeps what its paths lead to, in its place', () => {
  assert.deepEqual(projected('a, gone'), { a: N(1) });
  assert.deepEqual(projected('m.y.z, m.#n', { '#n': 'a.b' }), { m: { M: { y: { M: { z: N(3) } }, 'a.b': N(4) } } });
  assert.deepEqual(projected('m.x.gone, m.gone, a[0], l.k'), {});
  assert.deepEqual(projected('#c, #p', { '#c': 'constructor', '#p': '__proto__' }), {});
});

test('elements of lists close up, in their order', () => {
  assert.deepEqual(projected('l[2][1], l[0]'), { l: { L: [N(0), { L: [N(8)] }] } });
  assert.deepEqual(projected('l[1].j, l[9], l[1].gone'), { l: { L: [{ M: { j: N(6) } }] } });
  assert.deepEqual(projected('l[2]'), { l: { L: [{ L: [N(7), N(8)] }] } });
});

test('a projection of a projection is the same', () => {
  const paths = fc.subarray([['a'], ['m', 'x'], ['m', 'y', 'z'], ['l', 0], ['gone'], ['gone', 'x']]);
  fc.assert(
    fc.property(paths, (kept) => {
      const once = project(kept, item);
      assert.deepEqual(project(kept, once), once);
    }),
  );
});
