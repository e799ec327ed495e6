import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis, STREAM_ARN } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

const Policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'kinesis:PutRecord', Resource: STREAM_ARN }],
});

test('a policy is put, read, asked for with each call, and deleted', async () => {
  await room.made();
  assert.deepEqual(await room.call('GetResourcePolicy', { ResourceARN: STREAM_ARN }), { Policy: '' });
  await refused(room.call('DeleteResourcePolicy', { ResourceARN: STREAM_ARN }), 'ResourceNotFoundException');
  await room.call('PutResourcePolicy', { ResourceARN: STREAM_ARN, Policy });
  assert.deepEqual(await room.call('GetResourcePolicy', { ResourceARN: STREAM_ARN }), { Policy });
  await room.call('TagResource', { ResourceARN: STREAM_ARN, Tags: { a: 'b' } });
  assert.deepEqual(await room.call('GetResourcePolicy', { ResourceARN: STREAM_ARN }), { Policy });
  await room.call('DeleteResourcePolicy', { ResourceARN: STREAM_ARN });
  assert.deepEqual(await room.call('GetResourcePolicy', { ResourceARN: STREAM_ARN }), { Policy: '' });
  for (const bad of ['{', '{"Statement":5}'])
    await refused(room.call('PutResourcePolicy', { ResourceARN: STREAM_ARN, Policy: bad }), 'InvalidArgumentException');
});
