import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('removes by key; keys that are not there are fine', async (t) => {
  const { create, call } = await fixture(t);
  await create({ Tags: { a: '1', b: '2' } });
  await call('UntagResource', { Resource: FA, TagKeys: ['a', 'x'] });
  assert.deepEqual((await call('ListTags', { Resource: FA })).Tags, { b: '2' });
  await call('UntagResource', { Resource: FA, TagKeys: ['b'] });
  assert.ok(!('Tags' in (await call('GetFunction', { FunctionName: 'f' }))));
});
