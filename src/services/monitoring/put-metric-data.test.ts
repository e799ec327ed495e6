import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { refusal } from '../../../test/support/account-room.ts';
import { type MonitoringRoom, openMonitoring } from '../../../test/support/monitoring-room.ts';

let room: MonitoringRoom;
beforeEach(async () => {
  room = await openMonitoring();
});
afterEach(() => room.close());

const ALL = { Statistics: ['SampleCount', 'Sum', 'Minimum', 'Maximum', 'Average'] };
const at = (time: number) => new Date(time);

test('values of one minute are one datapoint, however they came', async () => {
  const now = room.clock.now();
  await room.put({ Value: 1 }, { Value: 4, Timestamp: at(now + 59_999) });
  await room.put({ Values: [2, 3], Counts: [1, 2] });
  await room.put({ StatisticValues: { SampleCount: 2, Sum: 11, Minimum: 1, Maximum: 10 } });
  await room.put({ Value: 5, Timestamp: at(now - 1) });
  assert.deepEqual(await room.points(ALL), [
    { Timestamp: at(now - 60_000), SampleCount: 1, Sum: 5, Minimum: 5, Maximum: 5, Average: 5, Unit: 'None' },
    { Timestamp: at(now), SampleCount: 7, Sum: 24, Minimum: 1, Maximum: 10, Average: 24 / 7, Unit: 'None' },
  ]);
});

test('dimensions in any order are the same metric; other dimensions, units and accounts are not', async () => {
  const [a, b] = [
    { Name: 'a', Value: '1' },
    { Name: 'b', Value: '2' },
  ];
  await room.put({ Value: 1, Dimensions: [a, b] }, { Value: 2, Dimensions: [b, a] }, { Value: 4, Dimensions: [a] });
  await room.put({ Value: 8, Unit: 'Bytes' }, { Value: 16, Unit: 'Count' });
  await room.call('PutMetricData', { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: 32 }] }, { account: '111111111111' });
  const sums = async (input: object) => (await room.points(input)).map(({ Sum, Unit }) => [Sum, Unit]);
  assert.deepEqual(await sums({ Dimensions: [b, a] }), [[3, 'None']]);
  assert.deepEqual(await sums({ Dimensions: [a] }), [[4, 'None']]);
  assert.deepEqual(
    (await sums({})).sort(),
    [
      [8, 'Bytes'],
      [16, 'Count'],
    ].sort(),
  );
  assert.deepEqual(await sums({ Unit: 'Count' }), [[16, 'Count']]);
});

test('values of one second are kept by the second', async () => {
  const now = room.clock.now();
  await room.put({ Value: 1, StorageResolution: 1 }, { Value: 2, StorageResolution: 1, Timestamp: at(now + 1500) });
  await room.put({ Value: 4 });
  assert.deepEqual(
    (await room.points({ Period: 1, StartTime: at(now - 60_000) })).map(({ Timestamp, Sum }) => [Timestamp.getTime() - now, Sum]),
    [
      [0, 5],
      [1000, 2],
    ],
  );
  assert.deepEqual(
    (await room.points()).map(({ Sum }) => Sum),
    [7],
  );
});

const refused: readonly (readonly [what: string, datum: object, code: string, message: RegExp])[] = [
  [
    'a value and values',
    { Value: 1, Values: [1] },
    'InvalidParameterCombinationException',
    /^The parameters MetricData\.member\.1\.Value and MetricData\.member\.1\.Values are mutually exclusive and you have specified both\.$/,
  ],
  [
    'counts of another number',
    { Values: [1], Counts: [1, 2] },
    'InvalidParameterValueException',
    /^The parameters MetricData\.member\.1\.Values and MetricData\.member\.1\.Counts must be of the same size\.$/,
  ],
  ['no value', {}, 'MissingRequiredParameterException', /Value/],
  ['no values', { Values: [] }, 'InvalidParameterValueException', /Values/],
  ['151 values', { Values: Array(151).fill(1) }, 'InvalidParameterValueException', /150/],
  ['counts of nothing', { Values: [1], Counts: [0] }, 'InvalidParameterValueException', /Counts/],
  ['a count without end', { Values: [2], Counts: [2 ** 360] }, 'InvalidParameterValueException', /Counts\.member\.1/],
  ['a negative count', { Values: [1], Counts: [-1] }, 'InvalidParameterValueException', /Counts\.member\.1/],
  [
    'no number',
    { Value: Number.NaN },
    'InvalidParameterValueException',
    /The value NaN for parameter MetricData\.member\.1\.Value/,
  ],
  ['infinity', { Value: Number.NEGATIVE_INFINITY }, 'InvalidParameterValueException', /Value is invalid/],
  ['a value beyond 2^360', { Value: 2 ** 361 }, 'InvalidParameterValueException', /Value is invalid/],
  [
    'a set without samples',
    { StatisticValues: { SampleCount: 0, Sum: 0, Minimum: 0, Maximum: 0 } },
    'InvalidParameterValueException',
    /SampleCount/,
  ],
  [
    'a set upside down',
    { StatisticValues: { SampleCount: 1, Sum: 0, Minimum: 2, Maximum: 1 } },
    'InvalidParameterValueException',
    /Maximum/,
  ],
  ['another resolution', { Value: 1, StorageResolution: 30 }, 'InvalidParameterValueException', /StorageResolution/],
  [
    'the far past',
    { Value: 1, Timestamp: at(Date.UTC(2025, 11, 17)) },
    'InvalidParameterValueException',
    /two weeks in the past/,
  ],
  [
    'the future',
    { Value: 1, Timestamp: at(Date.UTC(2026, 0, 1, 2, 0, 1)) },
    'InvalidParameterValueException',
    /two hours in the future/,
  ],
  [
    'a dimension twice',
    {
      Value: 1,
      Dimensions: [
        { Name: 'a', Value: '1' },
        { Name: 'a', Value: '2' },
      ],
    },
    'InvalidParameterValueException',
    /same name/,
  ],
];
test('what is refused, and nothing of the call is kept', async () => {
  for (const [what, datum, code, message] of refused)
    await assert.rejects(room.put(datum, { Value: 1 }), refusal(code, message), what);
  assert.deepEqual(await room.points(), []);
});

test('namespaces of AWS, entities, and more than 1,000 metrics are refused', async () => {
  const put = (input: object) => room.call('PutMetricData', input);
  const MetricData = [{ MetricName: 'm', Value: 1 }];
  await assert.rejects(
    put({ Namespace: 'AWS/Lambda', MetricData }),
    refusal('InvalidParameterValueException', /^The value AWS\/Lambda for parameter Namespace is invalid\.$/),
  );
  await assert.rejects(put({ Namespace: 'n' }), refusal('MissingRequiredParameterException'));
  await assert.rejects(
    put({ Namespace: 'n', EntityMetricData: [{ MetricData }] }),
    refusal('InvalidParameterValueException', /EntityMetricData is not implemented/),
  );
  await assert.rejects(
    put({ Namespace: 'n', MetricData: Array(1001).fill(MetricData[0]) }),
    refusal('InvalidParameterValueException', /1000/),
  );
});
