import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyMappingBooks, mappingBooks } from '../../model/index.ts';
import { mappingFixture, QUEUE, STREAM } from './mappings.fixture.ts';

test('shows a mapping as it was made, its state, and what was processed last', async (t) => {
  const { call, settle, deps } = await mappingFixture(t);
  const made = await call('CreateEventSourceMapping', {
    FunctionName: 'f',
    EventSourceArn: STREAM,
    StartingPosition: 'TRIM_HORIZON',
  });
  await settle();
  assert.deepEqual(await call('GetEventSourceMapping', { UUID: made.UUID }), { ...made, State: 'Enabled' });
  const books = emptyMappingBooks({ account: '000000000000', region: 'us-east-1', uuid: made.UUID });
  await deps.store.transact((tx) => tx.put(mappingBooks, { ...books, lastResult: 'OK' }));
  assert.equal((await call('GetEventSourceMapping', { UUID: made.UUID })).LastProcessingResult, 'OK');
});

test('is of one account and region only', async (t) => {
  const { call } = await mappingFixture(t);
  const { UUID } = await call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn: QUEUE });
  const gone = { code: 'ResourceNotFoundException', message: 'The resource you requested does not exist.' };
  await assert.rejects(call('GetEventSourceMapping', { UUID }, { account: '111111111111' }), gone);
  await assert.rejects(call('GetEventSourceMapping', { UUID }, { region: 'eu-west-1' }), gone);
});
