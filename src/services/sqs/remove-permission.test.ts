import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

test('removes one statement, and the policy with the last', async () => {
  const url = await room.create('shared');
  for (const Label of ['one', 'two'])
    await room.call('AddPermission', { QueueUrl: url, Label, Actions: ['*'], AWSAccountIds: ['111111111111'] });
  const remove = (Label: string) => room.call('RemovePermission', { QueueUrl: url, Label });
  const policy = async () =>
    (await room.call('GetQueueAttributes', { QueueUrl: url, AttributeNames: ['Policy'] })).Attributes.Policy;
  await remove('one');
  assert.deepEqual(
    JSON.parse(await policy()).Statement.map(({ Sid }: { Sid: string }) => Sid),
    ['two'],
  );
  await remove('two');
  assert.equal(await policy(), undefined);
  const { message } = await refused(remove('two'), 'InvalidParameterValueException');
  assert.equal(message, "Value two for parameter Label is invalid. Reason: can't find label on existing policy");
});
