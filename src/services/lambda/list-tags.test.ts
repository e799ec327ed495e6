import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

test('shows tags, none, or that there is no such function', async (t) => {
  const { create, call } = await fixture(t);
  await assert.rejects(call('ListTags', { Resource: FA }), { message: `Function not found: ${FA}` });
  await create({ Tags: { a: '' } });
  assert.deepEqual(await call('ListTags', { Resource: FA }), { Tags: { a: '' } });
  await assert.rejects(call('ListTags', { Resource: 'arn:aws:sqs:us-east-1:000000000000:q' }), {
    code: 'ResourceNotFoundException',
  });
});
