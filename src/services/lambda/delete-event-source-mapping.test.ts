import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mappingFixture, QUEUE } from './mappings.fixture.ts';

test('answers the whole configuration as Deleting, and then it is gone', async (t) => {
  const { call, settle } = await mappingFixture(t);
  const input = { FunctionName: 'f', EventSourceArn: QUEUE };
  const made = await call('CreateEventSourceMapping', input);
  const busy = { code: 'ResourceInUseException', message: 'Cannot delete the event source mapping because it is in use.' };
  await assert.rejects(call('DeleteEventSourceMapping', { UUID: made.UUID }), busy);
  await settle();
  const deleted = await call('DeleteEventSourceMapping', { UUID: made.UUID });
  assert.deepEqual({ ...deleted, LastModified: 0 }, { ...made, State: 'Deleting', LastModified: 0 });
  await assert.rejects(call('DeleteEventSourceMapping', { UUID: made.UUID }), busy);
  await call('CreateEventSourceMapping', input);
  await settle();
  await assert.rejects(call('GetEventSourceMapping', { UUID: made.UUID }), { code: 'ResourceNotFoundException' });
});

test('a mapping outlives its function, and can still be deleted', async (t) => {
  const { call, settle } = await mappingFixture(t);
  const { UUID } = await call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE });
  await settle();
  await call('DeleteFunction', { FunctionName: 'f' });
  assert.equal((await call('GetEventSourceMapping', { UUID })).State, 'Enabled');
  assert.equal((await call('DeleteEventSourceMapping', { UUID })).State, 'Deleting');
});
