import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountRoom, refusal } from '../../../test/support/account-room.ts';

test('events of all streams in the order of time, filtered, in pages', async (t) => {
  const { logs, clock } = await accountRoom(t);
  await logs('CreateLogGroup', { logGroupName: 'g' });
  const at = clock.now() - 60_000;
  for (const name of ['a', 'b']) {
    await logs('CreateLogStream', { logGroupName: 'g', logStreamName: name });
    const logEvents = Array.from({ length: 5 }, (_, i) => ({
      timestamp: at + i * 1000 + (name === 'b' ? 500 : 0),
      message: `${name}${i}`,
    }));
    await logs('PutLogEvents', { logGroupName: 'g', logStreamName: name, logEvents });
  }
  const filter = (input: object) => logs('FilterLogEvents', { logGroupName: 'g', ...input });
  const text = (page: { events: { message: string }[] }) => page.events.map((e) => e.message).join(' ');
  assert.equal(text(await filter({})), 'a0 b0 a1 b1 a2 b2 a3 b3 a4 b4');
  assert.equal(text(await filter({ logStreamNames: ['b'], filterPattern: '?b1 ?b3' })), 'b1 b3');
  assert.equal(text(await filter({ logStreamNamePrefix: 'a', startTime: at + 1000, endTime: at + 2000 })), 'a1 a2');
  const first = await filter({ limit: 3 });
  assert.equal(text(await filter({ limit: 3, nextToken: first.nextToken })), 'b1 a2 b2');
  assert.match(first.events[0].eventId, /^\d{56}$/);
  assert.deepEqual(first.searchedLogStreams, []);
  await assert.rejects(
    filter({ nextToken: 'nope' }),
    refusal('InvalidParameterException', /^The specified nextToken is invalid\.$/),
  );
  await assert.rejects(filter({ filterPattern: '{ $.a' }), refusal('InvalidParameterException', /Invalid filter pattern/));
  await assert.rejects(filter({ logStreamNames: ['no'] }), refusal('ResourceNotFoundException', /log stream/));
  await assert.rejects(
    logs('FilterLogEvents', { logGroupName: 'no' }),
    refusal('ResourceNotFoundException', /^The specified log group does not exist\.$/),
  );
});
