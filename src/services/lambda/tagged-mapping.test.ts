import assert from 'node:assert/strict';
import { test } from 'node:test';
import { context } from './fixture.suite.ts';
import { mappingFixture, QUEUE } from './mappings.fixture.ts';

test('mappings are tagged by their ARN', async (t) => {
  const { call } = await mappingFixture(t);
  const made = await call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE, Tags: { a: '1' } });
  const Resource = made.EventSourceMappingArn;
  await call('TagResource', { Resource, Tags: { b: '2' } });
  assert.deepEqual(await call('ListTags', { Resource }), { Tags: { a: '1', b: '2' } });
  await call('UntagResource', { Resource, TagKeys: ['a', 'x'] });
  assert.deepEqual(await call('ListTags', { Resource }), { Tags: { b: '2' } });
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'v']));
  await assert.rejects(call('TagResource', { Resource, Tags: many }), { message: 'Number of tags exceeds resource tag limit.' });
  const unknown = Resource.replace(/.$/, 'x');
  await assert.rejects(call('ListTags', { Resource: unknown }), { message: `Event source mapping not found: ${unknown}` });
});

test('IAM is asked for the mapping, with its function as a condition key', async (t) => {
  const { call, service } = await mappingFixture(t);
  const {
    UUID,
    EventSourceMappingArn: arn,
    FunctionArn: fn,
  } = await call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE });
  const asks = (operation: string, input: object) => service.access(operation, input as never, context());
  const about = { 'lambda:functionarn': fn };
  assert.deepEqual(await asks('GetEventSourceMapping', { UUID }), [
    { action: 'lambda:GetEventSourceMapping', resource: arn, context: about },
  ]);
  assert.deepEqual(await asks('CreateEventSourceMapping', { FunctionName: 'f', Tags: {} }), [
    { action: 'lambda:CreateEventSourceMapping', resource: '*', context: about },
    { action: 'lambda:TagResource', resource: 'arn:aws:lambda:us-east-1:000000000000:event-source-mapping:*', context: {} },
  ]);
  assert.equal((await asks('UpdateEventSourceMapping', { UUID, FunctionName: 'g' })).length, 2);
  assert.deepEqual(await asks('ListEventSourceMappings', {}), [
    { action: 'lambda:ListEventSourceMappings', resource: '*', context: {} },
  ]);
});
