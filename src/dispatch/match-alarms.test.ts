import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredEvent } from '../kernel/index.ts';
import type { AlarmChange } from '../model/index.ts';
import { matchAlarms } from './match-alarms.ts';

const ARN = 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:a';
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:t';
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const alarm: AlarmChange['alarm'] = {
  ...{ account: '000000000000', region: 'us-east-1', name: 'a', arn: ARN, actionsEnabled: true },
  actions: { OK: [], ALARM: [TOPIC, FUNCTION], INSUFFICIENT_DATA: [] },
  ...{ namespace: 'n', metric: 'm', dimensions: [], statistic: 'Sum', period: 60, evaluationPeriods: 1, threshold: 1 },
  ...{ comparison: 'GreaterThanThreshold', tags: {}, state: 'ALARM', reason: 'why', configured: 0, updated: 1, transitioned: 1 },
};
const told = (more = {}) =>
  ({ body: { alarm: { ...alarm, ...more }, previous: { state: 'OK', reason: '', updated: 0 } } }) as unknown as StoredEvent;

test('the actions of the state that it has now, and the bus', async () => {
  const asked: unknown[] = [];
  const mayInvoke = async (...question: unknown[]) => asked.push(question) > 0;
  const [topic, called, bus, ...none] = await matchAlarms({ mayInvoke })(told());
  assert.deepEqual(none, []);
  assert.ok(topic?.kind === 'put' && called?.kind === 'function' && bus?.kind === 'put');
  const from = { service: 'cloudwatch.amazonaws.com', sourceArn: ARN, sourceAccount: '000000000000' };
  const { body, ...notice } = topic.item(1);
  assert.deepEqual(
    [topic.target, notice],
    [
      { kind: 'topic', arn: TOPIC },
      { subject: 'ALARM: "a" in us-east-1', caller: { ...from, sourceOwner: '000000000000' } },
    ],
  );
  assert.equal(JSON.parse(body).NewStateValue, 'ALARM');
  assert.equal(await called.permitted(), true);
  assert.deepEqual(asked, [[FUNCTION, { ...from, service: 'lambda.alarms.cloudwatch.amazonaws.com' }]]);
  assert.equal(JSON.parse(called.payload(1)).alarmData.state.value, 'ALARM');
  const { source, detailType, resources } = bus.item(1);
  assert.deepEqual([source, detailType, resources], ['aws.cloudwatch', 'CloudWatch Alarm State Change', [ARN]]);
  assert.equal(new Set([topic, called, bus].map(({ subscriber }) => subscriber)).size, 3);
});

test('disabled actions are not taken; the bus is told all the same', async () => {
  const found = await matchAlarms({ mayInvoke: async () => true })(told({ actionsEnabled: false }));
  assert.deepEqual(
    found.map(({ kind, subscriber }) => [kind, subscriber]),
    [['put', `${ARN}#bus`]],
  );
});
