import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arnOf, invalid, openSns, type SnsRoom } from '../../../test/support/sns-room.ts';

let sns: SnsRoom;
before(async () => {
  sns = await openSns();
});
after(() => sns.close());

test('ListTopics goes on after a hundred', async () => {
  const names = Array.from({ length: 101 }, (_, index) => `t${String(index).padStart(3, '0')}`);
  for (const Name of names) await sns.call('CreateTopic', { Name });
  await sns.call('CreateTopic', { Name: 'elsewhere' }, { region: 'eu-west-1' });
  const first = await sns.call('ListTopics');
  assert.equal(first.Topics.length, 100);
  const { Topics, NextToken } = await sns.call('ListTopics', { NextToken: first.NextToken });
  assert.deepEqual(Topics, [{ TopicArn: arnOf('t100') }]);
  assert.equal(NextToken, undefined);
  await assert.rejects(sns.call('ListTopics', { NextToken: 'nonsense' }), invalid('NextToken'));
});
