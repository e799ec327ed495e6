import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Kinesis, waitUntilStreamExists } from '@aws-sdk/client-kinesis';
import { awsShell, noAwsCli } from '../support/aws-shell.ts';
import { noBoto3, runBoto3 } from '../support/boto3.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

const ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream';
let platform: Platform;
let folder: string;
let kinesis: Kinesis;

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-kinesis-'));
  platform = await startPlatform({ config: PROCESS_DRIVER });
  // As it comes: it speaks HTTP/2 without TLS.
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  kinesis = new Kinesis({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});
after(async () => {
  kinesis?.destroy();
  await platform?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function read(StreamName: string, ShardId: string): Promise<string[]> {
  const { ShardIterator } = await kinesis.getShardIterator({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
  const { Records } = await kinesis.getRecords({ ShardIterator });
  return Records!.map(({ Data }) => Buffer.from(Data!).toString());
}

test('the SDK makes a stream, puts, reads, reshards and deletes', async () => {
  const StreamName = 'sdk';
  await kinesis.createStream({ StreamName, ShardCount: 2, Tags: { team: 'a' } });
  await waitUntilStreamExists({ client: kinesis, maxWaitTime: 30 }, { StreamName });
  const Records = ['a', 'b', 'k'].map((key) => ({ PartitionKey: key, Data: Buffer.from(`data of ${key}`) }));
  const put = await kinesis.putRecords({ StreamName, Records });
  assert.equal(put.FailedRecordCount, 0);
  const one = await kinesis.putRecord({ StreamARN: `${ARN}/${StreamName}`, PartitionKey: 'a', Data: Buffer.from([0, 255]) });
  assert.equal(one.ShardId, put.Records![0]!.ShardId);
  assert.deepEqual(await read(StreamName, 'shardId-000000000001'), ['data of b', 'data of k']);
  await kinesis.updateShardCount({ StreamName, TargetShardCount: 1, ScalingType: 'UNIFORM_SCALING' });
  const { Shards } = await kinesis.listShards({ StreamName });
  assert.deepEqual(
    Shards!.map(({ ParentShardId, AdjacentParentShardId }) => [ParentShardId, AdjacentParentShardId]),
    [
      [undefined, undefined],
      [undefined, undefined],
      ['shardId-000000000000', 'shardId-000000000001'],
    ],
  );
  await refused(kinesis.getRecords({ ShardIterator: 'x' }), 'InvalidArgumentException', 'Invalid ShardIterator.', 400);
  const text = 'Stream none under account 000000000000 not found.';
  await refused(kinesis.describeStreamSummary({ StreamName: 'none' }), 'ResourceNotFoundException', text, 400);
  const many = Array.from({ length: 501 }, () => Records[0]!);
  await refused(kinesis.putRecords({ StreamName, Records: many }), 'ValidationException', /length less than or equal to 500/);
  await refused(
    kinesis.startStreamEncryption({ StreamName, EncryptionType: 'KMS', KeyId: 'k' }),
    'NotImplemented',
    /stream encryption with KMS/,
  );
  await kinesis.deleteStream({ StreamName });
  assert.deepEqual((await kinesis.listStreams({})).StreamNames, []);
});

test('signatures over HTTP/2 are checked, with its :authority in place of a host', async () => {
  const { AccessKey } = await sdk(platform.url).iam.createAccessKey({});
  const signing = (secretAccessKey: string) => {
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey };
    return new Kinesis({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  };
  const [right, wrong] = [signing(AccessKey!.SecretAccessKey!), signing('wrong')];
  assert.ok((await right.describeLimits({})).ShardLimit);
  await refused(wrong.describeLimits({}), 'InvalidSignatureException');
  right.destroy();
  wrong.destroy();
});

test('a consumer gets records as they come, over one connection with other calls', async () => {
  const StreamARN = `${ARN}/fan-out`;
  await kinesis.createStream({ StreamName: 'fan-out', ShardCount: 1 });
  const { Consumer } = await kinesis.registerStreamConsumer({ StreamARN, ConsumerName: 'c' });
  const { EventStream } = await kinesis.subscribeToShard({
    ConsumerARN: Consumer!.ConsumerARN,
    ShardId: 'shardId-000000000000',
    StartingPosition: { Type: 'LATEST' },
  });
  const seen: string[] = [];
  for await (const { SubscribeToShardEvent: event } of EventStream!) {
    for (const { Data } of event!.Records!) seen.push(Buffer.from(Data!).toString());
    if (event!.ChildShards) break;
    if (seen.length === 0) await kinesis.putRecord({ StreamARN, PartitionKey: 'k', Data: Buffer.from('live') });
    else await kinesis.splitShard({ StreamARN, ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '5' });
  }
  assert.deepEqual(seen, ['live']);
});

test('the command line makes a stream, waits for it, puts and reads', { skip: noAwsCli }, async () => {
  const aws = awsShell(platform.url, folder);
  const done = async (...args: string[]) => {
    const { code, out, error } = await aws('kinesis', ...args);
    assert.equal(code, 0, `aws kinesis ${args.join(' ')}: ${error}${out}`);
    return out.trim() === '' ? {} : JSON.parse(out);
  };
  fs.writeFileSync(path.join(folder, 'hi'), 'hi');
  await done('create-stream', '--stream-name', 'cli', '--shard-count', '1');
  await done('wait', 'stream-exists', '--stream-name', 'cli');
  const { SequenceNumber } = await done('put-record', '--stream-name', 'cli', '--partition-key', 'k', '--data', 'fileb://hi');
  const at = ['--stream-name', 'cli', '--shard-id', 'shardId-000000000000', '--shard-iterator-type', 'TRIM_HORIZON'];
  const { ShardIterator } = await done('get-shard-iterator', ...at);
  const { Records } = await done('get-records', '--shard-iterator', ShardIterator);
  assert.deepEqual([Records[0].Data, Records[0].SequenceNumber], ['aGk=', SequenceNumber]);
  const again = await aws('kinesis', 'create-stream', '--stream-name', 'cli', '--shard-count', '1');
  assert.match(again.error, /\(ResourceInUseException\) .* Stream cli under account 000000000000 already exists\./);
});

const BOTO = `
import boto3, datetime, sys
from botocore.exceptions import ClientError
k = boto3.client('kinesis', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='test', aws_secret_access_key='test')
k.create_stream(StreamName='boto', ShardCount=1)
k.get_waiter('stream_exists').wait(StreamName='boto')
before = datetime.datetime.now(datetime.timezone.utc)
put = k.put_records(StreamName='boto', Records=[{'Data': b'\\x00\\xff', 'PartitionKey': 'é'}, {'Data': b'b', 'PartitionKey': 'k', 'ExplicitHashKey': '1'}])
assert put['FailedRecordCount'] == 0
at = dict(StreamName='boto', ShardId='shardId-000000000000', ShardIteratorType='AT_TIMESTAMP', Timestamp=before)
got = k.get_records(ShardIterator=k.get_shard_iterator(**at)['ShardIterator'])
assert [(r['Data'], r['PartitionKey']) for r in got['Records']] == [(b'\\x00\\xff', 'é'), (b'b', 'k')], got
assert abs((got['Records'][0]['ApproximateArrivalTimestamp'] - before).total_seconds()) < 60
arn = k.describe_stream(StreamName='boto')['StreamDescription']['StreamARN']
consumer = k.register_stream_consumer(StreamARN=arn, ConsumerName='c')['Consumer']['ConsumerARN']
events = k.subscribe_to_shard(ConsumerARN=consumer, ShardId='shardId-000000000000', StartingPosition={'Type': 'TRIM_HORIZON'})['EventStream']
assert next(iter(events))['SubscribeToShardEvent']['Records'][1]['Data'] == b'b'
events.close()
try:
  k.get_records(ShardIterator='x')
  assert False
except ClientError as error:
  assert error.response['Error']['Code'] == 'InvalidArgumentException', error.response
k.delete_stream(StreamName='boto', EnforceConsumerDeletion=True)
k.get_waiter('stream_not_exists').wait(StreamName='boto')
print('all well')
`;

test('boto3 puts, reads by time and subscribes', { skip: noBoto3 }, async () => {
  assert.equal(await runBoto3(BOTO, [platform.url], folder), 'all well');
});
