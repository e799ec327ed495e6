import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf } from '../../../test/support/s3-room.ts';
import { accessOf } from './access.ts';

const asked = (operation: string, input: object) => accessOf(operation, input as Record<string, unknown>, contextOf());

test('a policy can tell namespaces apart, and alarms', async () => {
  assert.deepEqual(await asked('PutMetricData', { Namespace: 'n' }), [
    { action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': 'n' } },
  ]);
  assert.deepEqual(await asked('ListMetrics', {}), [{ action: 'cloudwatch:ListMetrics', resource: '*', context: {} }]);
  const arn = 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:a';
  assert.deepEqual(await asked('SetAlarmState', { AlarmName: 'a' }), [
    { action: 'cloudwatch:SetAlarmState', resource: arn, context: {} },
  ]);
  assert.deepEqual(
    (await asked('DeleteAlarms', { AlarmNames: ['a', 'b'] })).map(({ resource }) => resource),
    [arn, arn.replace(/a$/, 'b')],
  );
  assert.deepEqual(
    (await asked('DescribeAlarms', {})).map(({ resource }) => resource),
    [arn.replace(/a$/, '*')],
  );
  assert.deepEqual(await asked('TagResource', { ResourceARN: arn }), [
    { action: 'cloudwatch:TagResource', resource: arn, context: {} },
  ]);
});
