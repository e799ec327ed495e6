import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { arnOf, invalid, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
before(async () => {
  sns = await openSns();
});
after(() => sns.close());

const create = (Name: string, Attributes: object = {}, others: object = {}) =>
  sns.call('CreateTopic', { Name, Attributes, ...others });

test('CreateTopic answers the ARN, and the same again for the same again', async () => {
  assert.deepEqual(await create('first'), { TopicArn: arnOf('first') });
  assert.deepEqual(await create('first'), { TopicArn: arnOf('first') });
  assert.deepEqual(await create('named', { DisplayName: 'N' }, { Tags: [{ Key: 'a', Value: 'b' }] }), {
    TopicArn: arnOf('named'),
  });
  assert.deepEqual(await create('named', { DisplayName: 'N', FifoTopic: 'false' }, { Tags: [{ Key: 'a', Value: 'b' }] }), {
    TopicArn: arnOf('named'),
  });
  await assert.rejects(
    create('named', { DisplayName: 'other' }),
    invalid('Attributes Reason: Topic already exists with different attributes'),
  );
  await assert.rejects(
    create('named', {}, { Tags: [{ Key: 'a', Value: 'c' }] }),
    invalid('Tags Reason: Topic already exists with different tags'),
  );
});

test('names are letters, digits, hyphens and underscores; FIFO topics end in .fifo', async () => {
  for (const name of ['', 'a b', 'a.fifo', 'x'.repeat(257)]) await assert.rejects(create(name), invalid('Topic Name'));
  await assert.rejects(create('plain', { FifoTopic: 'true' }), invalid('Topic Name'));
  await create('ordered.fifo', { FifoTopic: 'true', ContentBasedDeduplication: 'true' });
  const attributes = await sns.topic(arnOf('ordered.fifo'));
  assert.equal(attributes.FifoTopic, 'true');
  assert.equal(attributes.ContentBasedDeduplication, 'true');
  assert.equal(attributes.FifoThroughputScope, 'Topic');
});

test('what would not be enforced is refused by name; its default is accepted', async () => {
  for (const [name, value] of [
    ['KmsMasterKeyId', 'alias/aws/sns'],
    ['TracingConfig', 'Active'],
    ['ArchivePolicy', '{"MessageRetentionPeriod":"1"}'],
    ['LambdaFailureFeedbackRoleArn', 'arn:aws:iam::000000000000:role/r'],
  ] as const) {
    const { message, status } = await refused(create('strict', { [name]: value }), 'NotImplemented');
    assert.match(message, new RegExp(name));
    assert.equal(status, 501);
  }
  await refused(create('strict', {}, { DataProtectionPolicy: '{}' }), 'NotImplemented');
  await create('strict', { KmsMasterKeyId: '', TracingConfig: 'PassThrough' });
  await assert.rejects(create('other', { Strange: '1' }), invalid('Attributes Reason: Unknown attribute Strange'));
  await assert.rejects(create('other', { ContentBasedDeduplication: 'true' }), invalid(/ContentBasedDeduplication/));
});
