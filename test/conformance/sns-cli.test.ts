import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noAwsCli } from '../support/aws-shell.ts';
import { noBoto3, runBoto3 } from '../support/boto3.ts';
import { awsCommands } from './aws-cli.fixture.ts';

const aws = awsCommands();
const done = (...args: string[]) => aws.json('sns', ...args);

test('the command line makes, tags, subscribes and publishes', { skip: noAwsCli }, async () => {
  const { TopicArn } = await done('create-topic', '--name', 'cli', '--attributes', 'DisplayName=CLI', '--tags', 'Key=a,Value=b');
  assert.equal(TopicArn, 'arn:aws:sns:us-east-1:000000000000:cli');
  const endpoint = 'arn:aws:lambda:us-east-1:000000000000:function:f';
  const filter = ['--attributes', '{"FilterPolicy":"{\\"a\\":[1]}"}'];
  const subscribe = ['subscribe', '--topic-arn', TopicArn, '--protocol', 'lambda', '--notification-endpoint', endpoint];
  const { SubscriptionArn } = await done(...subscribe, ...filter);
  assert.ok(SubscriptionArn.startsWith(`${TopicArn}:`));
  const attributes = ['--message-attributes', '{"a":{"DataType":"Number","StringValue":"1"}}'];
  const { MessageId } = await done('publish', '--topic-arn', TopicArn, '--message', 'hi', '--subject', 's', ...attributes);
  assert.match(MessageId, /^[0-9a-f-]{36}$/);
  const { error } = await aws.run('sns', 'publish', '--topic-arn', `${TopicArn}x`, '--message', 'hi');
  assert.match(error, /\(NotFound\) when calling the Publish operation: Topic does not exist/);
});

const BOTO = `
import boto3, json, sys, urllib.request
from botocore.exceptions import ClientError
sns = boto3.client('sns', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='test', aws_secret_access_key='test')
arn = sns.create_topic(Name='boto.fifo', Attributes={'FifoTopic': 'true', 'ContentBasedDeduplication': 'true'})['TopicArn']
entries = [dict(Id='a%d' % i, Message='m%d' % i, MessageGroupId='g', MessageAttributes={'b': {'DataType': 'Binary', 'BinaryValue': b'\\x00\\xff'}}) for i in range(10)]
got = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
numbers = [s['SequenceNumber'] for s in got['Successful']]
assert numbers == sorted(numbers) and len(set(numbers)) == 10 and got.get('Failed', []) == [], got
plain = sns.create_topic(Name='boto')['TopicArn']
for i in range(101):
  sns.subscribe(TopicArn=plain, Protocol='lambda', Endpoint='arn:aws:lambda:us-east-1:000000000000:function:f%d' % i)
pages = list(sns.get_paginator('list_subscriptions_by_topic').paginate(TopicArn=plain))
assert sum(len(p['Subscriptions']) for p in pages) == 101 and len(pages) == 2, pages
sns.set_topic_attributes(TopicArn=plain, AttributeName='DisplayName', AttributeValue='B')
assert sns.get_topic_attributes(TopicArn=plain)['Attributes']['DisplayName'] == 'B'
pending = sns.subscribe(TopicArn=plain, Protocol='http', Endpoint='http://127.0.0.1:1/', ReturnSubscriptionArn=True)['SubscriptionArn']
try:
  sns.unsubscribe(SubscriptionArn=pending)
  assert False
except ClientError as error:
  assert error.response['Error']['Code'] == 'InvalidParameter' and 'pending confirmation' in error.response['Error']['Message'], error.response
try:
  sns.publish(TopicArn=arn, Message='m')
  assert False
except sns.exceptions.InvalidParameterException as error:
  assert 'MessageGroupId' in str(error)
try:
  sns.publish(TopicArn=plain + 'x', Message='m')
  assert False
except sns.exceptions.NotFoundException as error:
  assert error.response['ResponseMetadata']['HTTPStatusCode'] == 404
print('all well')
`;

test('boto3 publishes batches, pages and knows the exceptions', { skip: noBoto3 }, async () => {
  assert.equal(await runBoto3(BOTO, [aws.url], aws.folder), 'all well');
});
