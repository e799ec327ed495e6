import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EventsRoom, openEvents } from '../../../test/support/events-room.ts';
import { ACCOUNT } from '../../../test/support/s3-room.ts';

let room: EventsRoom;
before(async () => {
  room = await openEvents();
});
after(() => room.close());

test('ListRuleNamesByTarget names each rule of the bus with this target once', async () => {
  const TargetArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
  for (const Rule of ['r2', 'r1', 'other']) {
    await room.call('PutRule', { Name: Rule, EventPattern: '{"a":[1]}' });
    const Arn = Rule === 'other' ? `${TargetArn}2` : TargetArn;
    await room.call('PutTargets', { Rule, Targets: ['1', '2'].map((Id) => ({ Id, Arn })) });
  }
  assert.deepEqual(await room.call('ListRuleNamesByTarget', { TargetArn }), { RuleNames: ['r1', 'r2'] });
  const first = await room.call('ListRuleNamesByTarget', { TargetArn, Limit: 1 });
  assert.deepEqual(first.RuleNames, ['r1']);
  const second = await room.call('ListRuleNamesByTarget', { TargetArn, Limit: 1, NextToken: first.NextToken });
  assert.deepEqual(second, { RuleNames: ['r2'] });
  assert.deepEqual(await room.call('ListRuleNamesByTarget', { TargetArn: 'arn:aws:sqs:us-east-1:1:x' }), { RuleNames: [] });
});
