import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
before(async () => {
  sns = await openSns();
});
after(() => sns.close());

test('GetDataProtectionPolicy: there is none', async () => {
  await sns.call('CreateTopic', { Name: 't' });
  assert.deepEqual(await sns.call('GetDataProtectionPolicy', { ResourceArn: arnOf('t') }), {});
  await refused(sns.call('GetDataProtectionPolicy', { ResourceArn: arnOf('none') }), 'NotFoundException');
});
