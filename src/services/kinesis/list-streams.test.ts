import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('lists streams by name, page by page', async () => {
  for (const StreamName of ['c', 'a', 'b']) await room.call('CreateStream', { StreamName, ShardCount: 1 });
  const first = await room.call('ListStreams', { Limit: 2 });
  assert.deepEqual([first.StreamNames, first.HasMoreStreams], [['a', 'b'], true]);
  assert.equal(first.StreamSummaries[0].StreamARN, 'arn:aws:kinesis:us-east-1:000000000000:stream/a');
  const rest = await room.call('ListStreams', { NextToken: first.NextToken });
  assert.deepEqual([rest.StreamNames, rest.HasMoreStreams, rest.NextToken], [['c'], false, undefined]);
  assert.deepEqual((await room.call('ListStreams', { ExclusiveStartStreamName: 'a' })).StreamNames, ['b', 'c']);
  assert.deepEqual((await room.call('ListStreams', {}, { account: '111111111111' })).StreamNames, []);
  await refused(room.call('ListStreams', { NextToken: 'x' }), 'InvalidArgumentException');
});
