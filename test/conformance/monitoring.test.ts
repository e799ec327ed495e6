import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { awsShell, noAwsCli } from '../support/aws-shell.ts';
import { noBoto3, runBoto3 } from '../support/boto3.ts';
import { clients, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { eventually, moduleZip, PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

let platform: Platform;
let watch: CloudWatch;
let folder: string;
const range = () => ({ StartTime: new Date(Date.now() - 600_000), EndTime: new Date(Date.now() + 60_000) });

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-monitoring-'));
  platform = await startPlatform({ config: PROCESS_DRIVER });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  watch = new CloudWatch({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});
after(async () => {
  await platform?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

test('the SDK puts, compressed too, lists, and reads', async () => {
  const Dimensions = [{ Name: 'app', Value: 'shop' }];
  const MetricData = Array.from({ length: 300 }, (_, i) => ({
    MetricName: 'latency',
    Value: i,
    Unit: 'Milliseconds' as const,
    Dimensions,
  }));
  await watch.putMetricData({ Namespace: 'sdk', MetricData });
  await watch.putMetricData({ Namespace: 'sdk', MetricData: [{ MetricName: 'one', Values: [1, 2], Counts: [1, 3] }] });
  const { Metrics } = await watch.listMetrics({ Namespace: 'sdk' });
  assert.deepEqual(Metrics, [
    { Namespace: 'sdk', MetricName: 'latency', Dimensions },
    { Namespace: 'sdk', MetricName: 'one', Dimensions: [] },
  ]);
  const asked = { Namespace: 'sdk', MetricName: 'latency', Dimensions, Period: 3600, ...range() };
  const plain = await watch.getMetricStatistics({ ...asked, Statistics: ['Sum', 'SampleCount', 'Maximum'] });
  assert.equal(plain.Label, 'latency');
  const [point] = plain.Datapoints!;
  assert.deepEqual([point!.Sum, point!.SampleCount, point!.Maximum, point!.Unit], [44850, 300, 299, 'Milliseconds']);
  assert.ok(point!.Timestamp instanceof Date);
  const { Datapoints } = await watch.getMetricStatistics({ ...asked, ExtendedStatistics: ['p90'] });
  assert.ok(Math.abs(Datapoints![0]!.ExtendedStatistics!.p90! - 269) < 6);
  const Metric = { Namespace: 'sdk', MetricName: 'one' };
  const MetricDataQueries = [{ Id: 'q', MetricStat: { Metric, Period: 3600, Stat: 'Average' } }];
  const { MetricDataResults } = await watch.getMetricData({ MetricDataQueries, ...range() });
  assert.deepEqual(
    MetricDataResults!.map(({ Id, Label, Values, StatusCode }) => [Id, Label, Values, StatusCode]),
    [['q', 'one', [1.75], 'Complete']],
  );
});

test('over CBOR it is the same', async () => {
  const protocol = new AwsSmithyRpcV2CborProtocol({ defaultNamespace: 'com.amazonaws.cloudwatch' });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const cbor = new CloudWatch({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1, protocol });
  await cbor.putMetricData({ Namespace: 'cbor', MetricData: [{ MetricName: 'm', Value: 1.5, Timestamp: new Date() }] });
  const { Datapoints } = await cbor.getMetricStatistics({
    ...{ Namespace: 'cbor', MetricName: 'm', Period: 3600, Statistics: ['Sum'], ...range() },
  });
  assert.deepEqual([Datapoints![0]!.Sum, Datapoints![0]!.Timestamp instanceof Date], [1.5, true]);
  const both = { MetricName: 'm', Value: 1, Values: [1] };
  await refused(
    cbor.putMetricData({ Namespace: 'n', MetricData: [both] }),
    'InvalidParameterCombinationException',
    /mutually exclusive/,
  );
});

test('the SDK knows the errors by their names', async () => {
  await refused(
    watch.putMetricData({ Namespace: 'n', MetricData: [{ MetricName: 'm', Value: 1, Values: [1] }] }),
    'InvalidParameterCombinationException',
    'The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both.',
    400,
  );
  await refused(
    watch.getMetricStatistics({
      Namespace: 'n',
      MetricName: 'm',
      Period: 1,
      Statistics: ['Sum'],
      ...range(),
      StartTime: new Date(0),
    }),
    'InvalidParameterCombinationException',
    /^You have requested up to \d+ datapoints, which exceeds the limit of 1440\./,
  );
  await refused(
    watch.putMetricData({ Namespace: 'AWS/x', MetricData: [{ MetricName: 'm', Value: 1 }] }),
    'InvalidParameterValueException',
  );
});

/** Fails when told to, and prints a metric of its own. */
const COUNTED = `export const handler = async (e) => {
  const CloudWatchMetrics = [{ Namespace: 'shop', Dimensions: [['app']], Metrics: [{ Name: 'items', Unit: 'Count' }] }];
  process.stdout.write(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics }, app: 'cart', items: 2 }) + '\\n');
  if (e.bad) throw new Error('bad');
};`;

test('a function has its metrics, and those that its lines embed', async () => {
  const of = clients(platform.url);
  await deploy(of, 'counted', await moduleZip(COUNTED));
  for (const payload of ['{}', '{}', '{"bad":true}'])
    await of.lambda.invoke({ FunctionName: 'counted', Payload: Buffer.from(payload) });
  const Dimensions = [{ Name: 'FunctionName', Value: 'counted' }];
  const sum = async (MetricName: string) => {
    const asked = { Namespace: 'AWS/Lambda', MetricName, Dimensions, Period: 3600, ...range() };
    const { Datapoints } = await watch.getMetricStatistics({ ...asked, Statistics: ['Sum', 'Minimum'] });
    return Datapoints!.reduce((all, { Sum }) => all + Sum!, 0);
  };
  await eventually('three invocations', async () => ((await sum('Invocations')) === 3 ? true : undefined));
  assert.equal(await sum('Errors'), 1);
  assert.ok((await sum('Duration')) > 0);
  const { Metrics } = await watch.listMetrics({ Namespace: 'AWS/Lambda', Dimensions });
  const embedded = { Namespace: 'shop', MetricName: 'items', Dimensions: [{ Name: 'app', Value: 'cart' }], Period: 3600 };
  const { Datapoints } = await watch.getMetricStatistics({ ...embedded, ...range(), Statistics: ['Sum', 'SampleCount'] });
  assert.deepEqual([Datapoints![0]!.Sum, Datapoints![0]!.SampleCount, Datapoints![0]!.Unit], [6, 3, 'Count']);
  assert.deepEqual(Metrics!.map(({ MetricName }) => MetricName).sort(), ['Duration', 'Errors', 'Invocations']);
});

test('a metric filter measures lines', async () => {
  const { logs } = sdk(platform.url);
  const [logGroupName, logStreamName] = ['/measured', 's'];
  await logs.createLogGroup({ logGroupName });
  await logs.createLogStream({ logGroupName, logStreamName });
  const metricTransformations = [
    { metricName: 'bytes', metricNamespace: 'web', metricValue: '$bytes', dimensions: { verb: '$verb' } },
  ];
  const filter = { logGroupName, filterName: 'f', filterPattern: '[verb, path, bytes > 10]', metricTransformations };
  await logs.putMetricFilter(filter);
  const { metricFilters } = await logs.describeMetricFilters({ logGroupName });
  assert.deepEqual(metricFilters![0]!.metricTransformations, metricTransformations);
  const logEvents = ['GET / 100', 'GET /a 5', 'GET /b 11'].map((message) => ({ timestamp: Date.now(), message }));
  await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
  const asked = { Namespace: 'web', MetricName: 'bytes', Dimensions: [{ Name: 'verb', Value: 'GET' }], Period: 3600 };
  const { Datapoints } = await watch.getMetricStatistics({ ...asked, ...range(), Statistics: ['Sum'] });
  assert.equal(Datapoints![0]!.Sum, 111);
});

test('an alarm that changes its state tells its topic', async () => {
  const config = { endpoint: platform.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const [sns, sqs] = [new SNS({ ...config, maxAttempts: 1 }), new SQS({ ...config, maxAttempts: 1 })];
  const { TopicArn } = await sns.createTopic({ Name: 'alarms' });
  const { QueueUrl } = await sqs.createQueue({ QueueName: 'alarms' });
  const queueArn = 'arn:aws:sqs:us-east-1:000000000000:alarms';
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await sqs.setQueueAttributes({ QueueUrl: QueueUrl!, Attributes: { Policy } });
  await sns.subscribe({ TopicArn: TopicArn!, Protocol: 'sqs', Endpoint: queueArn, Attributes: { RawMessageDelivery: 'true' } });
  await watch.putMetricAlarm({
    ...{ AlarmName: 'errors', Namespace: 'AWS/Lambda', MetricName: 'Errors', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1 },
    ...{ Threshold: 0, ComparisonOperator: 'GreaterThanThreshold', AlarmActions: [TopicArn!], Tags: [{ Key: 'a', Value: 'b' }] },
  });
  const { MetricAlarms } = await watch.describeAlarms({ AlarmNames: ['errors'] });
  const [{ AlarmArn, StateValue, Threshold } = {}] = MetricAlarms!;
  assert.deepEqual([StateValue, Threshold], ['INSUFFICIENT_DATA', 0]);
  assert.deepEqual((await watch.listTagsForResource({ ResourceARN: AlarmArn! })).Tags, [{ Key: 'a', Value: 'b' }]);
  await watch.setAlarmState({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'a drill' });
  const { Messages } = await sqs.receiveMessage({ QueueUrl: QueueUrl!, WaitTimeSeconds: 10 });
  const { AlarmName, NewStateValue, NewStateReason } = JSON.parse(Messages![0]!.Body!);
  assert.deepEqual([AlarmName, NewStateValue, NewStateReason], ['errors', 'ALARM', 'a drill']);
  await watch.deleteAlarms({ AlarmNames: ['errors'] });
  await refused(watch.setAlarmState({ AlarmName: 'errors', StateValue: 'OK', StateReason: 'r' }), 'ResourceNotFound', '', 404);
});

test('a plain query request is answered in XML', async () => {
  const send = async (parameters: string) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(platform.url, { method: 'POST', headers, body: `Version=2010-08-01&${parameters}` });
    return [answer.status, await answer.text()] as const;
  };
  const datum =
    'MetricData.member.1.MetricName=m&MetricData.member.1.Value=1.5&MetricData.member.1.Dimensions.member.1.Name=d&MetricData.member.1.Dimensions.member.1.Value=v';
  const [status, text] = await send(`Action=PutMetricData&Namespace=query&${datum}`);
  assert.equal(status, 200, text);
  assert.match(text, /^<PutMetricDataResponse xmlns="http:\/\/monitoring\.amazonaws\.com\/doc\/2010-08-01\/"><ResponseMetadata>/);
  const [, listed] = await send('Action=ListMetrics&Namespace=query');
  assert.match(listed, /<MetricName>m<\/MetricName><Dimensions><member><Name>d<\/Name><Value>v<\/Value><\/member><\/Dimensions>/);
  const time = (ms: number) => encodeURIComponent(new Date(Date.now() + ms).toISOString());
  const [, read] = await send(
    `Action=GetMetricStatistics&Namespace=query&MetricName=m&Dimensions.member.1.Name=d&Dimensions.member.1.Value=v&Period=3600&Statistics.member.1=Sum&StartTime=${time(-600_000)}&EndTime=${time(60_000)}`,
  );
  assert.match(read, /<Sum>1\.5<\/Sum>/);
  const [code, error] = await send(`Action=PutMetricData&Namespace=query&${datum}&MetricData.member.1.Values.member.1=2`);
  assert.equal(code, 400);
  assert.match(
    error,
    /<Type>Sender<\/Type><Code>InvalidParameterCombination<\/Code><Message>The parameters MetricData\.member\.1\.Value and /,
  );
});

const BOTO = `
import boto3, sys
from datetime import datetime, timedelta, timezone
watch = boto3.client('cloudwatch', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='test', aws_secret_access_key='test')
seen = []
watch.meta.events.register('before-send.*', lambda request, **rest: seen.append(request.headers.get('Content-Encoding')))
now = datetime.now(timezone.utc)
data = [dict(MetricName='m%d' % (i % 3), Value=i, Dimensions=[dict(Name='d', Value='x' * 40)], Timestamp=now) for i in range(300)]
watch.put_metric_data(Namespace='boto', MetricData=data)
assert seen[0] in (b'gzip', 'gzip'), seen
found = [m for page in watch.get_paginator('list_metrics').paginate(Namespace='boto') for m in page['Metrics']]
assert [m['MetricName'] for m in found] == ['m0', 'm1', 'm2'], found
around = dict(StartTime=now - timedelta(minutes=10), EndTime=now + timedelta(minutes=1))
query = dict(Id='a', MetricStat=dict(Metric=found[0], Period=3600, Stat='SampleCount'))
result = watch.get_metric_data(MetricDataQueries=[query], **around)['MetricDataResults'][0]
assert result['Values'] == [100.0] and result['Timestamps'][0].tzinfo, result
points = watch.get_metric_statistics(Namespace='boto', MetricName='m1', Dimensions=found[1]['Dimensions'], Period=3600, Statistics=['Maximum'], **around)
assert points['Datapoints'][0]['Maximum'] == 298, points
try:
  watch.put_metric_data(Namespace='boto', MetricData=[dict(MetricName='m', Value=1, Values=[1.0])])
  assert False
except watch.exceptions.InvalidParameterCombinationException as error:
  assert error.response['Error']['Code'] == 'InvalidParameterCombination', error.response
print('all well')
`;

test('boto3 compresses, reads times, and knows the exceptions', { skip: noBoto3 }, async () => {
  assert.equal(await runBoto3(BOTO, [platform.url], folder), 'all well');
});

test('the command line puts and reads', { skip: noAwsCli }, async () => {
  const aws = awsShell(platform.url, folder);
  const put = await aws(
    'cloudwatch',
    'put-metric-data',
    '--namespace',
    'cli',
    '--metric-name',
    'm',
    '--value',
    '2',
    '--dimensions',
    'a=b',
  );
  assert.equal(put.code, 0, put.error);
  const { out, error } = await aws('cloudwatch', 'list-metrics', '--namespace', 'cli');
  assert.deepEqual(JSON.parse(out || error).Metrics, [
    { Namespace: 'cli', MetricName: 'm', Dimensions: [{ Name: 'a', Value: 'b' }] },
  ]);
});
