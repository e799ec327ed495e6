import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';

let room: SqsRoom;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const add = (url: string, Label: string, Actions = ['SendMessage'], AWSAccountIds = ['111111111111']) =>
  room.call('AddPermission', { QueueUrl: url, Label, Actions, AWSAccountIds });

test('adds statements to the policy of the queue', async () => {
  const url = await room.create('shared');
  await add(url, 'one');
  await add(url, 'two', ['SendMessage', 'ReceiveMessage'], ['111111111111', '222222222222']);
  const { Attributes } = await room.call('GetQueueAttributes', { QueueUrl: url, AttributeNames: ['Policy'] });
  const Resource = 'arn:aws:sqs:us-east-1:000000000000:shared';
  const root = (account: string) => `arn:aws:iam::${account}:root`;
  assert.deepEqual(JSON.parse(Attributes.Policy), {
    Version: '2008-10-17',
    Id: `${Resource}/SQSDefaultPolicy`,
    Statement: [
      { Sid: 'one', Effect: 'Allow', Principal: { AWS: root('111111111111') }, Action: 'SQS:SendMessage', Resource },
      {
        Sid: 'two',
        Effect: 'Allow',
        Principal: { AWS: [root('111111111111'), root('222222222222')] },
        Action: ['SQS:SendMessage', 'SQS:ReceiveMessage'],
        Resource,
      },
    ],
  });
  const { message } = await refused(add(url, 'one'), 'InvalidParameterValueException');
  assert.equal(message, 'Value one for parameter Label is invalid. Reason: Already exists.');
});

test('refuses what cannot be permitted', async () => {
  const url = await room.create('refusing');
  const bad = 'InvalidParameterValueException';
  await refused(add(url, 'a b'), bad);
  await refused(add(url, 'l', ['Nonsense']), bad);
  const owners = await refused(add(url, 'l', ['DeleteQueue']), bad);
  assert.match(owners.message, /Only the queue owner is allowed to invoke this action\.$/);
  await refused(add(url, 'l', ['SendMessage'], ['x']), bad);
  await refused(add(url, 'l', []), 'MissingRequiredParameterException');
  await refused(add(url, 'l', ['*'], []), 'MissingRequiredParameterException');
  for (let i = 0; i < 20; i++) await add(url, `l${i}`);
  assert.equal((await refused(add(url, 'more'), 'OverLimit')).status, 403);
});
