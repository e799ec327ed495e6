import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
const TopicArn = arnOf('t');
const bucket = { service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::b', sourceAccount: '000000000000' };
const role = { role: 'arn:aws:iam::000000000000:role/r' };
before(async () => {
  sns = await openSns();
  await sns.call('CreateTopic', { Name: 't' });
  await sns.call('CreateTopic', { Name: 'o.fifo', Attributes: { FifoTopic: 'true' } });
});
after(() => sns.close());

const allow = (statement: object) =>
  sns.call('SetTopicAttributes', {
    TopicArn,
    AttributeName: 'Policy',
    AttributeValue: JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'SNS:Publish', Resource: TopicArn, ...statement }] }),
  });

test('a role publishes what the item says', async () => {
  await sns.put(TopicArn, {
    caller: role,
    id: 'ID',
    subject: 'S',
    attributes: { a: { type: 'String', value: 'v' } },
    cause: 'C',
  });
  const { id, cause, body } = await sns.last();
  assert.deepEqual([id, cause, body.message, body.subject], ['ID', 'C', 'put', 'S']);
  assert.deepEqual(body.attributes, { a: { type: 'String', value: 'v' } });
  await sns.put(arnOf('o.fifo'), { caller: role, groupId: 'g', deduplicationId: 'd' });
  assert.match((await sns.last()).body.sequenceNumber!, /^\d{20}$/);
});

test('a service needs the topic’s policy, in old words or new', async () => {
  await refused(sns.put(TopicArn, { caller: bucket }), 'TargetRefused');
  await sns.put(TopicArn, { caller: { ...bucket, sourceOwner: '000000000000' } });
  await refused(sns.put(TopicArn, { caller: { ...bucket, sourceOwner: '111111111111' } }), 'TargetRefused');
  const source = { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::b' } };
  await allow({ Principal: { Service: 's3.amazonaws.com' }, Condition: source });
  await sns.put(TopicArn, { caller: bucket });
  await refused(sns.put(TopicArn, { caller: { ...bucket, sourceArn: 'arn:aws:s3:::other' } }), 'TargetRefused');
  await refused(sns.put(TopicArn, { caller: { ...bucket, service: 'events.amazonaws.com' } }), 'TargetRefused');
  await allow({ Principal: { AWS: '*' }, Condition: source });
  await sns.put(TopicArn, { caller: bucket });
  await allow({ Effect: 'Deny', Principal: '*' });
  await refused(sns.put(TopicArn, { caller: bucket }), 'TargetRefused');
});

test('what can never be published is told apart from what is not there', async () => {
  await refused(sns.put(arnOf('none'), { caller: role }), 'TargetMissing');
  await refused(sns.put('nonsense', { caller: role }), 'TargetMissing');
  await refused(sns.put(TopicArn, { caller: role, body: 'x'.repeat(300_000) }), 'TargetInvalid');
  await refused(sns.put(arnOf('o.fifo'), { caller: role }), 'TargetInvalid');
});
