import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contextOf, OTHER, openSqs, rootOf, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const asked = async (operation: string, input: object, context = {}) =>
  (await room.service.access(operation, input as never, contextOf(context))).map(
    ({ action, resource }) => `${action} ${resource}`,
  );

test('each operation asks for its own action on its queue', async () => {
  const url = await room.create('q');
  const arn = 'arn:aws:sqs:us-east-1:000000000000:q';
  assert.deepEqual(await asked('SendMessage', { QueueUrl: url }), [`sqs:SendMessage ${arn}`]);
  for (const name of ['SendMessage', 'DeleteMessage', 'ChangeMessageVisibility'])
    assert.deepEqual(await asked(`${name}Batch`, { QueueUrl: url }), [`sqs:${name} ${arn}`]);
  assert.deepEqual(await asked('ListQueues', {}), ['sqs:ListQueues *']);
  assert.deepEqual(await asked('CreateQueue', { QueueName: 'q' }), [`sqs:CreateQueue ${arn}`]);
  assert.deepEqual(await asked('CreateQueue', { QueueName: 'q', tags: { a: 'b' } }), [
    `sqs:CreateQueue ${arn}`,
    `sqs:TagQueue ${arn}`,
  ]);
  assert.deepEqual(await asked('GetQueueUrl', { QueueName: 'q', QueueOwnerAWSAccountId: OTHER }), [
    `sqs:GetQueueUrl arn:aws:sqs:us-east-1:${OTHER}:q`,
  ]);
  const far = 'arn:aws:sqs:us-east-1:000000000000:far';
  assert.deepEqual(await asked('StartMessageMoveTask', { SourceArn: arn, DestinationArn: far }), [
    `sqs:StartMessageMoveTask ${arn}`,
    `sqs:ReceiveMessage ${arn}`,
    `sqs:DeleteMessage ${arn}`,
    `sqs:GetQueueAttributes ${arn}`,
    `sqs:SendMessage ${far}`,
  ]);
  assert.deepEqual(await asked('CancelMessageMoveTask', { TaskHandle: 'garbage' }), ['sqs:CancelMessageMoveTask *']);
});

test('the policy of a queue goes along for what others may do, with its tags as conditions', async () => {
  const url = await room.create('shared');
  await room.call('TagQueue', { QueueUrl: url, Tags: { Team: 'x' } });
  await room.call('AddPermission', { QueueUrl: url, Label: 'l', Actions: ['*'], AWSAccountIds: [OTHER] });
  const of = async (operation: string, account = OTHER) => {
    const principal = rootOf(account);
    const [request] = await room.service.access(operation, { QueueUrl: url }, contextOf({ principal, account }));
    return request!;
  };
  const send = await of('SendMessage');
  assert.ok(send.resourcePolicy);
  assert.deepEqual(send.context, { 'aws:resourcetag/team': 'x' });
  assert.equal((await of('DeleteQueue')).resourcePolicy, undefined);
  assert.ok((await of('DeleteQueue', '000000000000')).resourcePolicy, 'it may deny the owner’s account too');
  assert.equal((await of('SetQueueAttributes', '000000000000')).resourcePolicy, undefined, 'but never the mending of itself');
});
