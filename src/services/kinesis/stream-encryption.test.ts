import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KinesisRoom, openKinesis } from '../../../test/support/kinesis-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: KinesisRoom;
before(async () => {
  room = await openKinesis();
});
after(() => room.close());

test('encryption with a key is refused by name; ending what is not there is not', async () => {
  await room.made();
  const input = { StreamName: 's', EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' };
  assert.match((await refused(room.call('StartStreamEncryption', input), 'NotImplemented')).message, /alias\/aws\/kinesis/);
  assert.deepEqual(await room.call('StopStreamEncryption', input), {});
  await refused(room.call('StopStreamEncryption', { ...input, StreamName: 'none' }), 'ResourceNotFoundException');
  await refused(room.call('StartStreamEncryption', { ...input, StreamName: 'none' }), 'ResourceNotFoundException');
});
