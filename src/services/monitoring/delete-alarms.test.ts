import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALARM, openMonitoring } from '../../../test/support/monitoring-room.ts';

test('gone; names that are not there are passed over', async (t) => {
  const room = await openMonitoring();
  t.after(() => room.close());
  for (const AlarmName of ['a', 'b']) await room.call('PutMetricAlarm', { ...ALARM, AlarmName });
  assert.deepEqual(await room.call('DeleteAlarms', { AlarmNames: ['a', 'none'] }), {});
  const { MetricAlarms } = await room.call('DescribeAlarms');
  assert.deepEqual(
    MetricAlarms.map(({ AlarmName }: { AlarmName: string }) => AlarmName),
    ['b'],
  );
});
