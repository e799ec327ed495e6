import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('by name or by last event', async (t) => {
  const { logs, clock } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    await logs('CreateLogStream', { logGroupName: 'g', logStreamName: name });
    await logs('PutLogEvents', {
      logGroupName: 'g',
      logStreamName: name,
      logEvents: [{ timestamp: clock.now() - i * 1000, message: 'x' }],
    });
  }
  const names = async (input: object) =>
    (await logs('DescribeLogStreams', { logGroupName: 'g', ...input })).logStreams.map(
      (s: { logStreamName: string }) => s.logStreamName,
    );
  assert.deepEqual(await names({}), ['a', 'b', 'c']);
  assert.deepEqual(await names({ orderBy: 'LastEventTime' }), ['c', 'b', 'a']);
  assert.deepEqual(await names({ logStreamNamePrefix: 'b' }), ['b']);
  const first = await logs('DescribeLogStreams', { logGroupName: 'g', limit: 2, descending: true });
  assert.deepEqual(await names({ nextToken: first.nextToken, descending: true }), ['a']);
  await assert.rejects(names({ orderBy: 'LastEventTime', logStreamNamePrefix: 'a' }), refusal('InvalidParameterException'));
  await assert.rejects(
    logs('DescribeLogStreams', { logGroupName: 'no' }),
    refusal('ResourceNotFoundException', /^The specified log group does not exist\.$/),
  );
});
