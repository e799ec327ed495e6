import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileRoutes, parseRouteKey } from './http-routes.ts';

const routes = (...keys: string[]) => compileRoutes(keys.map((key) => ({ key })));
const found = (match: ReturnType<typeof routes>, method: string, path: string) => {
  const hit = match(method, path);
  return hit && [hit.route.key, hit.parameters];
};

test('the most exact route wins, as in AWS’s own table', () => {
  const match = routes('GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default');
  assert.deepEqual(found(match, 'GET', '/pets/dog/1'), ['GET /pets/dog/1', {}]);
  assert.deepEqual(found(match, 'GET', '/pets/dog/2'), ['GET /pets/dog/{id}', { id: '2' }]);
  assert.deepEqual(found(match, 'GET', '/pets/cat/1'), ['GET /pets/{proxy+}', { proxy: 'cat/1' }]);
  assert.deepEqual(found(match, 'POST', '/test/5'), ['ANY /{proxy+}', { proxy: 'test/5' }]);
  assert.deepEqual(found(match, 'GET', '/'), ['$default', {}]);
});

test('the request’s method goes before ANY on the same path, and a path without the method is no match', () => {
  const match = routes('ANY /a', 'GET /a', 'POST /a/b', 'GET /{proxy+}');
  assert.deepEqual(found(match, 'GET', '/a'), ['GET /a', {}]);
  assert.deepEqual(found(match, 'PUT', '/a'), ['ANY /a', {}]);
  assert.deepEqual(found(match, 'GET', '/a/b'), ['GET /{proxy+}', { proxy: 'a/b' }]);
  assert.equal(found(match, 'PUT', '/a/b'), undefined);
});

test('segments are compared and given decoded; empty ones are no variable', () => {
  const match = routes('GET /a b/{id}', 'GET /x/{id}', 'GET /x/', 'GET /files/{path+}');
  assert.deepEqual(found(match, 'GET', '/x/a%2Fb%20c'), ['GET /x/{id}', { id: 'a/b c' }]);
  assert.deepEqual(found(match, 'GET', '/%78/1'), ['GET /x/{id}', { id: '1' }]);
  assert.deepEqual(found(match, 'GET', '/x/'), ['GET /x/', {}]);
  assert.deepEqual(found(match, 'GET', '/files/a%20b/c'), ['GET /files/{path+}', { path: 'a b/c' }]);
  assert.equal(found(match, 'GET', '/files/'), undefined);
  assert.deepEqual(found(match, 'GET', '/x/%zz'), ['GET /x/{id}', { id: '%zz' }]);
});

test('what is no route key', () => {
  for (const key of ['', 'GET', 'get /a', 'FETCH /a', 'GET a', 'GET /{a+}/b', 'GET /{a}/{a}', 'GET /a//b', 'GET /{}', '$connect'])
    assert.equal(parseRouteKey(key), undefined, key);
  for (const key of ['$default', 'GET /', 'ANY /{proxy+}', 'GET /a/{b}/c/', 'POST /a.b/~c'])
    assert.notEqual(parseRouteKey(key), undefined, key);
});

type Key = { key: string; method: string; segments: string[] };
const segment = fc.constantFrom('a', 'b', 'c', '{x}', '{y}');
const anyKey: fc.Arbitrary<Key> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'ANY'),
    head: fc.array(segment, { maxLength: 4 }),
    greedy: fc.boolean(),
  })
  .map(({ method, head, greedy }) => {
    const segments = [...head.map((one, i) => (one.startsWith('{') ? `{v${i}}` : one)), ...(greedy ? ['{rest+}'] : [])];
    return { key: `${method} /${segments.join('/')}`, method, segments };
  });

/** Every route that fits, the best by comparing segment by segment: slow, and plainly right. */
function naive(keys: readonly Key[], method: string, parts: readonly string[]): string | undefined {
  const rank = (one: string | undefined) => (one === undefined ? 0 : one.endsWith('+}') ? 3 : one.startsWith('{') ? 2 : 1);
  const fits = ({ method: own, segments }: Key) => {
    if (own !== method && own !== 'ANY') return false;
    const greedy = segments.at(-1)?.endsWith('+}') === true;
    if (greedy ? parts.length < segments.length : parts.length !== segments.length) return false;
    return segments.every((one, i) => one.startsWith('{') || one === parts[i]);
  };
  const order = (left: Key, right: Key) => {
    for (let i = 0; i < Math.max(left.segments.length, right.segments.length); i++) {
      const difference = rank(left.segments[i]) - rank(right.segments[i]);
      if (difference !== 0) return difference;
    }
    return Number(left.method === 'ANY') - Number(right.method === 'ANY');
  };
  return keys.filter(fits).sort(order)[0]?.key;
}

test('it agrees with a naive matcher', () => {
  const parts = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 5 });
  fc.assert(
    fc.property(
      fc.uniqueArray(anyKey, { maxLength: 12, selector: ({ key }) => key }),
      fc.constantFrom('GET', 'POST', 'PUT'),
      parts,
      (keys, method, wanted) => {
        const hit = compileRoutes(keys)(method, `/${wanted.join('/')}`);
        assert.equal(hit?.route.key, naive(keys, method, wanted));
      },
    ),
    { numRuns: 2000 },
  );
});
