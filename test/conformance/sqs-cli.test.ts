import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { awsCli } from '../support/aws-cli.ts';
import { noAwsCli } from '../support/aws-shell.ts';
import { noBoto3, runBoto3 } from '../support/boto3.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { PROCESS_DRIVER } from '../support/sdk.ts';

let platform: Platform;
before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
});
after(() => platform?.stop());

test('the AWS CLI', { skip: noAwsCli }, async () => {
  const aws = awsCli(platform.url);
  const sqs = (...args: string[]) => aws('--endpoint-url', platform.url, 'sqs', ...args) as Promise<Record<string, never>>;
  const { QueueUrl } = await sqs('create-queue', '--queue-name', 'cli', '--attributes', 'VisibilityTimeout=5', '--tags', 'a=b');
  await sqs('send-message', '--queue-url', QueueUrl!, '--message-body', 'hello');
  const { Messages } = await sqs('receive-message', '--queue-url', QueueUrl!, '--wait-time-seconds', '1');
  const [message] = Messages as unknown as { Body: string; ReceiptHandle: string }[];
  assert.equal(message!.Body, 'hello');
  await sqs('delete-message', '--queue-url', QueueUrl!, '--receipt-handle', message!.ReceiptHandle);
  await assert.rejects(
    sqs('get-queue-url', '--queue-name', 'none'),
    /\(AWS\.SimpleQueueService\.NonExistentQueue\) when calling the GetQueueUrl operation: The specified queue does not exist/,
  );
});

const script = `
import sys, boto3
from botocore.exceptions import ClientError
sqs = boto3.resource('sqs', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='test', aws_secret_access_key='test')
queue = sqs.create_queue(QueueName='boto.fifo', Attributes={'FifoQueue': 'true'})
for i in range(3):
    queue.send_message(MessageBody=str(i), MessageGroupId='g', MessageDeduplicationId=str(i), MessageAttributes={'n': {'DataType': 'Binary', 'BinaryValue': b'\\x00\\xff'}})
got = queue.receive_messages(MaxNumberOfMessages=10, MessageAttributeNames=['All'])
assert [m.body for m in got] == ['0', '1', '2'], got
assert got[0].message_attributes['n']['BinaryValue'] == b'\\x00\\xff'
for m in got: m.delete()
queue.load()
assert queue.attributes['ApproximateNumberOfMessages'] == '0', queue.attributes
try:
    sqs.get_queue_by_name(QueueName='none')
    assert False
except ClientError as e:
    assert e.response['Error']['Code'] == 'AWS.SimpleQueueService.NonExistentQueue', e.response
try:
    queue.delete_messages(Entries=[{'Id': 'a', 'ReceiptHandle': 'garbage'}])
    queue.send_message(MessageBody='x')
    assert False
except ClientError as e:
    assert e.response['Error']['Code'] == 'MissingParameter', e.response
print('done')
`;

test('boto3', { skip: noBoto3 }, async () => {
  assert.equal(await runBoto3(script, [platform.url]), 'done');
});
