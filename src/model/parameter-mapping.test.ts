import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fillIn, mapParameters, parameterMapFault, textAt } from './parameter-mapping.ts';

const values: Record<string, string> = {
  'request.header.x': 'X',
  'request.path.id': '7',
  'context.stage': 'prod',
  'stageVariables.v': 'V',
};
const expressions = (name: string) => values[name];

test('values are an expression, a text with expressions, or a text', () => {
  assert.equal(fillIn('$request.header.x', expressions), 'X');
  assert.equal(fillIn('$request.header.none', expressions), undefined);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: AWS's own form
  assert.equal(fillIn('a-${context.stage}-${ stageVariables.v }-${context.none}', expressions), 'a-prod-V-');
  assert.equal(fillIn('costs $5', expressions), 'costs $5');
});

test('headers and query parameters are appended, overwritten and removed; the path is overwritten', () => {
  const before = {
    headers: { a: ['1'], b: ['2'] },
    query: [
      ['q', '1'],
      ['q', '2'],
      ['r', '3'],
    ] as const,
  };
  const map = {
    'append:header.A': '$request.header.x',
    'remove:header.b': "''",
    'overwrite:header.c': '$context.stage',
    'append:header.d': '$request.header.none',
    'overwrite:querystring.q': '9',
    'append:querystring.r': '$request.path.id',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: AWS's own form
    'overwrite:path': '/pets/${request.path.id}',
  };
  assert.equal(parameterMapFault(map, 'request'), undefined);
  assert.deepEqual(mapParameters(map, before, expressions), {
    headers: { a: ['1', 'X'], c: ['prod'] },
    query: [
      ['r', '3'],
      ['q', '9'],
      ['r', '7'],
    ],
    path: '/pets/7',
  });
});

test('what cannot be mapped is said in a sentence', () => {
  const fault = (map: Record<string, string>, of: 'request' | 'response' = 'request') => parameterMapFault(map, of);
  assert.equal(fault({ 'append:header.Authorization': 'x' }), 'Operations on header authorization are restricted');
  assert.equal(fault({ 'overwrite:header.X-Amz-Date': 'x' }), 'Operations on header x-amz-date are restricted');
  assert.match(fault({ 'append:body.a': 'x' })!, /^Invalid mapping expression specified: append:body\.a$/);
  assert.match(fault({ 'append:header.a b': 'x' })!, /Invalid/);
  assert.match(fault({ 'append:header.a': '$response.header.b' })!, /Invalid mapping expression specified: \$response/);
  assert.match(fault({ 'append:header.a': '$request.body..b' })!, /Invalid/);
  assert.match(fault({ 'overwrite:statuscode': '200' })!, /Invalid/);
  assert.equal(fault({ 'overwrite:statuscode': '200', 'append:header.a': '$response.body.a[0].b' }, 'response'), undefined);
  assert.match(fault({ 'overwrite:path': '/' }, 'response')!, /Invalid/);
});

test('a path leads into a document, never out of it', () => {
  assert.equal(textAt({ a: [{ b: 'x' }] }, 'a[0].b'), 'x');
  assert.equal(textAt({ a: { b: 1 } }, 'a'), '{"b":1}');
  assert.equal(textAt({ a: 1 }, 'constructor'), undefined);
  assert.equal(textAt('text', 'length'), undefined);
});

test('any mapping is either refused or applied', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }), (map) => {
      const fault = parameterMapFault(map, 'request');
      const mapped = mapParameters(map, { headers: {}, query: [] }, expressions);
      assert.equal(fault === undefined || typeof fault === 'string', true);
      assert.ok(mapped);
    }),
    { numRuns: 500 },
  );
});
