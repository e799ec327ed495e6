import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { refusal } from '../../../test/support/account-room.ts';
import { type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';

let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
});
afterEach(() => room.close());

const metric = (MetricName: string, Stat = 'Sum', more = {}) => ({
  MetricStat: { Metric: { Namespace: 'n', MetricName }, Period: 60, Stat, ...more },
});
const range = () => ({ StartTime: new Date(room.clock.now() - 600_000), EndTime: new Date(room.clock.now() + 1) });
const get = (queries: readonly object[], more = {}) =>
  room.call('GetMetricData', { MetricDataQueries: queries, ...range(), ...more });

test('several metrics, newest first', async () => {
  const now = room.clock.now();
  const before = new Date(now - 60_000);
  await room.put({ Value: 1, Timestamp: before }, { Value: 2 }, { MetricName: 'other', Value: 3 });
  const asked = [
    { Id: 'a', ...metric('m') },
    { Id: 'b', ...metric('other', 'p50'), Label: 'other half' },
    { Id: 'c', ...metric('none') },
    { Id: 'd', ...metric('m'), ReturnData: false },
  ];
  assert.deepEqual(await get(asked), {
    MetricDataResults: [
      { Id: 'a', Label: 'm', Timestamps: [new Date(now), before], Values: [2, 1], StatusCode: 'Complete' },
      { Id: 'b', Label: 'other half', Timestamps: [new Date(now)], Values: [3], StatusCode: 'Complete' },
      { Id: 'c', Label: 'none', Timestamps: [], Values: [], StatusCode: 'Complete' },
    ],
    Messages: [],
  });
  const ascending = await get(asked.slice(0, 1), { ScanBy: 'TimestampAscending' });
  assert.deepEqual(ascending.MetricDataResults[0].Values, [1, 2]);
});

test('pages go on within a metric, and together are all', async () => {
  for (let i = 0; i < 5; i++) await room.put({ Value: i, Timestamp: new Date(room.clock.now() - i * 60_000) });
  await room.put({ MetricName: 'other', Value: 9 });
  const seen: [string, number[], string][] = [];
  for (let NextToken: string | undefined, pages = 0; pages < 9; pages++) {
    const asked = [
      { Id: 'a', ...metric('m') },
      { Id: 'b', ...metric('other') },
    ];
    const page = await get(asked, { MaxDatapoints: 2, ...(NextToken === undefined ? {} : { NextToken }) });
    for (const { Id, Values, StatusCode } of page.MetricDataResults) seen.push([Id, Values, StatusCode]);
    NextToken = page.NextToken;
    if (NextToken === undefined) break;
  }
  assert.deepEqual(seen, [
    ['a', [0, 1], 'PartialData'],
    ['a', [2, 3], 'PartialData'],
    ['a', [4], 'Complete'],
    ['b', [9], 'Complete'],
  ]);
});

test('what is refused', async () => {
  const refused = (query: object, code: string, message: RegExp) => assert.rejects(get([query]), refusal(code, message));
  await refused({ Id: 'A', ...metric('m') }, 'ValidationException', /Id is invalid/);
  await refused({ Id: 'a' }, 'ValidationException', /Exactly one/);
  await refused({ Id: 'a', Expression: 'm1+m2' }, 'InvalidParameterValueException', /Expression is not implemented/);
  await refused({ Id: 'a', ...metric('m'), Label: ['$', '{MAX}'].join('') }, 'InvalidParameterValueException', /dynamic label/);
  await refused({ Id: 'a', ...metric('m'), AccountId: '111111111111' }, 'InvalidParameterValueException', /another account/);
  await refused({ Id: 'a', ...metric('m', 'WM(1:2)') }, 'InvalidParameterValueException', /WM\(1:2\)/);
  await refused({ Id: 'a', ...metric('m', 'Sum', { Period: 61 }) }, 'InvalidParameterValueException', /MetricStat\.Period/);
  await refused({ Id: 'a', MetricStat: { Metric: {}, Period: 60, Stat: 'Sum' } }, 'ValidationException', /Namespace/);
  const one = { Id: 'a', ...metric('m') };
  await assert.rejects(get([one, one]), refusal('ValidationException', /unique/));
  await assert.rejects(get([]), refusal('ValidationException'));
  await assert.rejects(get([one], { NextToken: 'x' }), refusal('InvalidNextToken'));
  await assert.rejects(get([one], { MaxDatapoints: 0 }), refusal('ValidationException', /MaxDatapoints/));
  await assert.rejects(
    get(Array.from({ length: 501 }, (_, i) => ({ ...one, Id: `a${i}` }))),
    refusal('ValidationException', /500/),
  );
});
