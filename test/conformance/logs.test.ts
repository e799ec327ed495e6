import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clients, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { eventually, moduleZip, PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

const logGroupName = '/own/group';
const logStreamName = 'one';
const ARN = `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`;
let platform: Platform;
let logs: ReturnType<typeof sdk>['logs'];
const now = Date.now();

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  logs = sdk(platform.url).logs;
});
after(() => platform?.stop());

test('groups and streams', async () => {
  await logs.createLogGroup({ logGroupName, tags: { a: 'b' } });
  await refused(
    logs.createLogGroup({ logGroupName }),
    'ResourceAlreadyExistsException',
    'The specified log group already exists',
    400,
  );
  await logs.createLogStream({ logGroupName, logStreamName });
  await refused(
    logs.createLogStream({ logGroupName, logStreamName }),
    'ResourceAlreadyExistsException',
    'The specified log stream already exists',
  );
  await refused(
    logs.createLogStream({ logGroupName: 'none', logStreamName }),
    'ResourceNotFoundException',
    'The specified log group does not exist.',
  );
  const [group] = (await logs.describeLogGroups({ logGroupNamePrefix: '/own' })).logGroups!;
  const { creationTime, ...rest } = group!;
  assert.ok(Math.abs(creationTime! - now) < 60_000);
  assert.deepEqual(rest, {
    logGroupName,
    arn: `${ARN}:*`,
    logGroupArn: ARN,
    metricFilterCount: 0,
    storedBytes: 0,
    logGroupClass: 'STANDARD',
    deletionProtectionEnabled: false,
  });
  await logs.putRetentionPolicy({ logGroupName, retentionInDays: 7 });
  assert.equal((await logs.describeLogGroups({})).logGroups?.[0]?.retentionInDays, 7);
  await refused(logs.putRetentionPolicy({ logGroupName, retentionInDays: 2 }), 'InvalidParameterException');
  await logs.deleteRetentionPolicy({ logGroupName });
  assert.deepEqual((await logs.listTagsForResource({ resourceArn: ARN })).tags, { a: 'b' });
  await logs.tagResource({ resourceArn: ARN, tags: { c: 'd' } });
  await logs.untagResource({ resourceArn: ARN, tagKeys: ['a'] });
  assert.deepEqual((await logs.listTagsLogGroup({ logGroupName })).tags, { c: 'd' });
  assert.deepEqual((await logs.describeSubscriptionFilters({ logGroupName })).subscriptionFilters, []);
  await refused(
    logs.describeLogStreams({ logGroupName: 'none' }),
    'ResourceNotFoundException',
    'The specified log group does not exist.',
  );
});

test('events are put, read forwards and backwards, and filtered', async () => {
  const messages = ['start', 'ERROR one', '{"level":"warn","n":5}', 'ERROR two'];
  const logEvents = messages.map((message, at) => ({ timestamp: now - 4000 + at * 1000, message }));
  const put = await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
  assert.ok(put.nextSequenceToken);
  const read = await logs.getLogEvents({ logGroupName, logStreamName, startFromHead: true });
  assert.deepEqual(
    read.events?.map(({ message }) => message),
    messages,
  );
  assert.match(read.nextForwardToken!, /^f\/.+/);
  assert.match(read.nextBackwardToken!, /^b\/.+/);
  const end = await logs.getLogEvents({ logGroupName, logStreamName, nextToken: read.nextForwardToken! });
  assert.deepEqual([end.events, end.nextForwardToken], [[], read.nextForwardToken]);
  const newest = await logs.getLogEvents({ logGroupName, logStreamName, limit: 1 });
  assert.deepEqual(
    newest.events?.map(({ message }) => message),
    ['ERROR two'],
  );
  const older = await logs.getLogEvents({ logGroupName, logStreamName, limit: 1, nextToken: newest.nextBackwardToken! });
  assert.deepEqual(
    older.events?.map(({ message }) => message),
    [messages[2]],
  );
  const matching = async (filterPattern: string) =>
    (await logs.filterLogEvents({ logGroupName, filterPattern })).events?.map(({ message }) => message);
  assert.deepEqual(await matching('ERROR'), ['ERROR one', 'ERROR two']);
  assert.deepEqual(await matching('ERROR -two'), ['ERROR one']);
  assert.deepEqual(await matching('?start ?two'), ['start', 'ERROR two']);
  assert.deepEqual(await matching('{ $.level = "warn" && $.n > 4 }'), [messages[2]]);
  assert.deepEqual(await matching('%tw.%'), ['ERROR two']);
  const found = await logs.filterLogEvents({ logGroupName, limit: 1 });
  assert.deepEqual([found.events?.length, found.searchedLogStreams, typeof found.nextToken], [1, [], 'string']);
  assert.deepEqual(Object.keys(found.events![0]!).sort(), ['eventId', 'ingestionTime', 'logStreamName', 'message', 'timestamp']);
  await refused(
    logs.filterLogEvents({ logGroupName, nextToken: 'x' }),
    'InvalidParameterException',
    'The specified nextToken is invalid.',
  );
});

test('events that are refused or dropped', async () => {
  const put = (logEvents: { timestamp: number; message: string }[], more = {}) =>
    logs.putLogEvents({ logGroupName, logStreamName, logEvents, ...more });
  const at = (timestamp: number) => ({ timestamp, message: 'm' });
  await refused(
    put([at(now), at(now - 1)]),
    'InvalidParameterException',
    'Log events in a single PutLogEvents request must be in chronological order.',
  );
  await refused(
    put([at(now)], { logStreamName: 'none' }),
    'ResourceNotFoundException',
    'The specified log stream does not exist.',
  );
  const old = await put([at(now - 15 * 86_400_000)]);
  assert.deepEqual(old.rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 });
  const young = await put([at(now), at(now + 3 * 3_600_000)]);
  assert.deepEqual(young.rejectedLogEventsInfo, { tooNewLogEventStartIndex: 1 });
});

test('streams by name and by last event', async () => {
  await logs.createLogStream({ logGroupName, logStreamName: 'zero' });
  const byName = await logs.describeLogStreams({ logGroupName });
  assert.deepEqual(
    byName.logStreams?.map((one) => one.logStreamName),
    ['one', 'zero'],
  );
  const byTime = await logs.describeLogStreams({ logGroupName, orderBy: 'LastEventTime', descending: true });
  assert.equal(byTime.logStreams?.[0]?.logStreamName, 'one');
  assert.ok(byTime.logStreams?.[0]?.lastEventTimestamp);
  assert.ok(byName.logStreams?.[0]?.uploadSequenceToken);
  await logs.deleteLogStream({ logGroupName, logStreamName: 'zero' });
  await logs.deleteLogGroup({ logGroupName });
  await refused(logs.deleteLogGroup({ logGroupName }), 'ResourceNotFoundException', 'The specified log group does not exist.');
});

test('a function’s lines arrive in its group', async () => {
  const of = clients(platform.url);
  await deploy(
    of,
    'talker',
    await moduleZip('export const handler = async () => { console.log("spoken"); throw new Error("loud"); };'),
  );
  const ran = await of.lambda.invoke({ FunctionName: 'talker' });
  assert.equal(ran.FunctionError, 'Unhandled');
  const text = await eventually('REPORT', async () => {
    const got = await logs.filterLogEvents({ logGroupName: '/aws/lambda/talker' }).catch(() => undefined);
    const joined = got?.events?.map(({ message }) => message).join('');
    return joined?.includes('REPORT') ? joined : undefined;
  });
  assert.match(text, /START RequestId: [0-9a-f-]{36} Version: \$LATEST\n/);
  assert.match(text, /\tINFO\tspoken\n/);
  assert.match(text, /\tERROR\tInvoke Error \t\{"errorType":"Error","errorMessage":"loud"/);
  assert.match(
    text,
    /REPORT RequestId: [0-9a-f-]{36}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t/,
  );
  const { logStreams } = await logs.describeLogStreams({ logGroupName: '/aws/lambda/talker' });
  assert.match(logStreams![0]!.logStreamName!, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
});
