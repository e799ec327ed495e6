import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arnOf, invalid, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
const TopicArn = arnOf('t');
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't' });
});
after(() => sns.close());

test('AddPermission writes a statement under its label, RemovePermission takes it away', async () => {
  const add = (Label: string, ActionName = ['Publish']) =>
    sns.call('AddPermission', { TopicArn, Label, AWSAccountId: ['111111111111'], ActionName });
  await add('one');
  const [, statement] = JSON.parse((await sns.topic(TopicArn)).Policy!).Statement;
  assert.deepEqual(statement, {
    Sid: 'one',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::111111111111:root' },
    Action: 'SNS:Publish',
    Resource: TopicArn,
  });
  await assert.rejects(add('one'), invalid('Statement already exists'));
  await assert.rejects(add('two', ['CreateTopic']), invalid('Policy statement action out of service scope!'));
  await sns.call('RemovePermission', { TopicArn, Label: 'one' });
  await sns.call('RemovePermission', { TopicArn, Label: 'one' });
  assert.equal(JSON.parse((await sns.topic(TopicArn)).Policy!).Statement.length, 1);
});
