import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { refusal } from '../../../test/support/account-room.ts';
import { type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';

const DAY = 86_400_000;
let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
});
afterEach(() => room.close());

const names = async (input: object = {}) =>
  (await room.call('ListMetrics', input)).Metrics.map(({ Namespace, MetricName, Dimensions }: Record<string, never[]>) =>
    [Namespace, MetricName, ...Dimensions!.map(({ Name, Value }) => `${Name}=${Value}`)].join(' '),
  );

test('by namespace, name and dimensions', async () => {
  const Dimensions = [{ Name: 'd', Value: '1' }];
  await room.put({ Value: 1 }, { Value: 1, Dimensions }, { MetricName: 'x', Value: 1, Dimensions: [{ Name: 'd', Value: '2' }] });
  await room.call('PutMetricData', { Namespace: 'o', MetricData: [{ MetricName: 'm', Value: 1 }] });
  assert.deepEqual(await names(), ['n m d=1', 'n m', 'n x d=2', 'o m']);
  assert.deepEqual(await names({ Namespace: 'n' }), ['n m d=1', 'n m', 'n x d=2']);
  assert.deepEqual(await names({ MetricName: 'm' }), ['n m d=1', 'n m', 'o m']);
  assert.deepEqual(await names({ Namespace: 'n', MetricName: 'm', Dimensions }), ['n m d=1']);
  assert.deepEqual(await names({ Dimensions: [{ Name: 'd' }] }), ['n m d=1', 'n x d=2']);
  const linked = await room.call('ListMetrics', { Namespace: 'o', IncludeLinkedAccounts: true });
  assert.deepEqual(linked.OwningAccounts, ['000000000000']);
  await assert.rejects(
    room.call('ListMetrics', { OwningAccount: '1' }),
    refusal('InvalidParameterValueException', /OwningAccount/),
  );
});

test('only those of the last two weeks, or of three hours', async () => {
  await room.put({ MetricName: 'old', Value: 1 });
  await room.clock.advance(4 * 3_600_000);
  await room.put({ MetricName: 'new', Value: 1 });
  assert.deepEqual(await names({ RecentlyActive: 'PT3H' }), ['n new']);
  assert.deepEqual(await names(), ['n new', 'n old']);
  await room.clock.advance(14 * DAY - 3_600_000);
  assert.deepEqual(await names(), ['n new']);
  await room.put({ MetricName: 'old', Value: 1 });
  assert.deepEqual(await names(), ['n new', 'n old']);
});

test('functions that ran, each with its metrics', async () => {
  await room.metered({ function: 'g' }, { function: 'f' });
  const ofF = ['Invocations', 'Errors', 'Duration'].map((name) => `AWS/Lambda ${name} FunctionName=f`);
  const found: string[] = await names({ Namespace: 'AWS/Lambda' });
  assert.deepEqual(found.slice(0, 6), [...['Invocations', 'Errors', 'Duration'].map((name) => `AWS/Lambda ${name}`), ...ofF]);
  assert.equal(found.length, 9);
  assert.deepEqual(await names({ MetricName: 'Errors', Dimensions: [{ Name: 'FunctionName', Value: 'g' }] }), [
    'AWS/Lambda Errors FunctionName=g',
  ]);
});

test('pages: functions first, then all others, each once', async () => {
  await room.metered(...Array.from({ length: 60 }, (_, i) => ({ function: `f${i}` })));
  for (const part of [0, 1]) {
    await room.put(...Array.from({ length: 400 }, (_, i) => ({ MetricName: `m${part}-${i}`, Value: 1 })));
  }
  const seen: string[] = [];
  let NextToken: string | undefined;
  do {
    const input = NextToken === undefined ? {} : { NextToken };
    const page = await room.call('ListMetrics', input);
    assert.ok(page.Metrics.length <= 500);
    seen.push(...page.Metrics.map((one: object) => JSON.stringify(one)));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  assert.equal(seen.length, 3 + 180 + 800);
  assert.equal(new Set(seen).size, seen.length);
  await assert.rejects(room.call('ListMetrics', { NextToken: 'x' }), refusal('InvalidNextToken'));
});
