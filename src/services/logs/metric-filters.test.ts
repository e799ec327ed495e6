import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

const transformation = { metricName: 'errors', metricNamespace: 'app', metricValue: '1' };
const filter = (more = {}, of = {}) => ({
  ...{ logGroupName: 'g', filterName: 'n', filterPattern: 'ERROR', metricTransformations: [{ ...transformation, ...of }] },
  ...more,
});

async function room(t: TestContext) {
  const made = await accountRoom(t);
  await made.logs('CreateLogGroup', { logGroupName: 'g' });
  await made.logs('CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
  const put = (more = {}, of = {}) => made.logs('PutMetricFilter', filter(more, of));
  const write = (...messages: string[]) =>
    made.logs('PutLogEvents', {
      logGroupName: 'g',
      logStreamName: 's',
      logEvents: messages.map((message) => ({ timestamp: made.clock.now(), message })),
    });
  const names = async (input: object = {}) =>
    (await made.logs('DescribeMetricFilters', input)).metricFilters.map(
      ({ logGroupName, filterName }: Record<string, string>) => `${logGroupName}/${filterName}`,
    );
  return { ...made, put, write, names };
}

test('lines that match are measured: by a number, or by what stands in them', async (t) => {
  const { put, write, metrics, logs } = await room(t);
  await put();
  const json = '{ $.level = "warn" }';
  const dimensions = { app: '$.app' };
  await put(
    { filterName: 'ms', filterPattern: json },
    { metricName: 'ms', metricValue: '$.ms', unit: 'Milliseconds', dimensions },
  );
  await put({ filterName: 'size', filterPattern: '[method, size > 10]' }, { metricName: 'size', metricValue: '$size' });
  const warn = (more: object) => JSON.stringify({ level: 'warn', app: 'shop', ms: 12, ...more });
  await write('fine', 'ERROR one', warn({}), warn({ ms: 'x' }), warn({ app: undefined }), 'GET 17', 'GET 7', 'ERROR two');
  const seen = metrics.map(({ namespace, name, dimensions: of, unit, values }) => [namespace, name, of, unit, values.sum]);
  assert.deepEqual(seen, [
    ['app', 'ms', '[["app","shop"]]', 'Milliseconds', 12],
    ['app', 'errors', '[]', 'None', 1],
    ['app', 'errors', '[]', 'None', 1],
    ['app', 'size', '[]', 'None', 17],
  ]);
  const [group] = (await logs('DescribeLogGroups', {})).logGroups;
  assert.equal(group.metricFilterCount, 3);
});

test('are shown by group, name and metric, in pages; and deleted', async (t) => {
  const { put, names, logs, clock } = await room(t);
  await logs('CreateLogGroup', { logGroupName: 'h' });
  await put({ filterName: 'b' });
  await put({ filterName: 'a' }, { metricName: 'other' });
  await put({ logGroupName: 'h' });
  assert.deepEqual(await names(), ['g/a', 'g/b', 'h/n']);
  assert.deepEqual(await names({ logGroupName: 'g', filterNamePrefix: 'b' }), ['g/b']);
  assert.deepEqual(await names({ metricName: 'other', metricNamespace: 'app' }), ['g/a']);
  const first = await logs('DescribeMetricFilters', { limit: 2 });
  assert.deepEqual(first.metricFilters[1], {
    ...filter({ filterName: 'b' }),
    creationTime: clock.now(),
    applyOnTransformedLogs: false,
  });
  assert.deepEqual(await names({ limit: 2, nextToken: first.nextToken }), ['h/n']);
  await logs('DeleteMetricFilter', { logGroupName: 'g', filterName: 'a' });
  assert.deepEqual(await names({ logGroupName: 'g' }), ['g/b']);
  await assert.rejects(
    logs('DeleteMetricFilter', { logGroupName: 'g', filterName: 'a' }),
    refusal('ResourceNotFoundException', /^The specified metric filter does not exist\.$/),
  );
  await assert.rejects(names({ nextToken: 'x' }), refusal('InvalidParameterException', /nextToken is invalid/));
  await assert.rejects(names({ metricName: 'm' }), refusal('InvalidParameterException', /together/));
});

test('what is refused', async (t) => {
  const { put } = await room(t);
  const refused = (more: object, of: object, message: RegExp, code = 'InvalidParameterException') =>
    assert.rejects(put(more, of), refusal(code, message));
  await refused({ logGroupName: 'no' }, {}, /does not exist/, 'ResourceNotFoundException');
  await refused({}, { defaultValue: 0 }, /^defaultValue is not implemented/);
  await refused({ emitSystemFieldDimensions: ['@aws.region'] }, {}, /^emitSystemFieldDimensions is not implemented/);
  await refused({ fieldSelectionCriteria: 'x' }, {}, /^fieldSelectionCriteria is not implemented/);
  await refused({ filterPattern: '{' }, {}, /^Invalid filter pattern$/);
  await refused({}, { metricNamespace: 'AWS/x' }, /metricNamespace is invalid/);
  await refused({}, { metricValue: '$.ms' }, /invalid metric value \$\.ms/);
  await refused({ filterPattern: '{ $.a = 1 }' }, { metricValue: 'ms' }, /invalid metric value ms/);
  await refused({ filterPattern: '{ $.a = 1 }' }, { dimensions: { d: '1' } }, /invalid dimension d/);
  const dimensions = { a: '$.a', b: '$.b', c: '$.c', d: '$.d' };
  await refused({ filterPattern: '{ $.a = 1 }' }, { dimensions }, /at most 3 dimensions/);
  await refused({ metricTransformations: [transformation, transformation] }, {}, /exactly one/);
});
