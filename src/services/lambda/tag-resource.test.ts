import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('adds and overwrites by key, with a new revision', async (t) => {
  const { create, call } = await fixture(t);
  await create({ Tags: { a: '1', b: '2' } });
  const before = await call('GetFunctionConfiguration', { FunctionName: 'f' });
  await call('TagResource', { Resource: FA, Tags: { b: '3', c: '4' } });
  assert.deepEqual((await call('ListTags', { Resource: FA })).Tags, { a: '1', b: '3', c: '4' });
  assert.notEqual((await call('GetFunctionConfiguration', { FunctionName: 'f' })).RevisionId, before.RevisionId);
});

test('refuses aliases, unknown functions, nothing and too much', async (t) => {
  const { create, call } = await fixture(t);
  await create();
  const tag = (Resource: string, Tags: object) => call('TagResource', { Resource, Tags });
  await assert.rejects(tag(`${FA}:live`, { a: 'b' }), { message: /^Tags on function aliases and versions are not supported/ });
  await assert.rejects(tag(`${FA}x`, { a: 'b' }), { message: `Function not found: ${FA}x` });
  await assert.rejects(tag(FA, {}), { message: 'An error occurred and the request cannot be processed.' });
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v']));
  await assert.rejects(tag(FA, many), { message: 'Number of tags exceeds resource tag limit.' });
});
