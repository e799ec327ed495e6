import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/support/clock.ts';
import { isFailure } from '../../kernel/index.ts';
import { createPushQueue } from './push-queue.ts';

const never = new AbortController().signal;

test('one at a time for each application, in order; the turn can be given back twice', async () => {
  const queue = createPushQueue(manualClock(), { waiting: 8, waitMs: 1000 });
  const said: string[] = [];
  const take = (app: string, name: string) =>
    queue.take(app, { waits: () => said.push(`${name} waits`), signal: never }).then((end) => {
      said.push(name);
      return end;
    });
  const first = await take('a', '1');
  const [second, third] = [take('a', '2'), take('a', '3')];
  await (await take('b', 'other'))();
  assert.ok(queue.isBusy('a') && !queue.isBusy('b'));
  first();
  first();
  (await second)();
  (await third)();
  assert.deepEqual(said, ['1', '2 waits', '3 waits', 'other', '2', '3']);
  assert.ok(!queue.isBusy('a'));
});

test('who waits too long, goes, or comes when too many wait, is refused, and holds up nobody', async () => {
  const clock = manualClock();
  const queue = createPushQueue(clock, { waiting: 2, waitMs: 1000 });
  const waits = () => {};
  const end = await queue.take('a', { waits, signal: never });
  const leaving = new AbortController();
  const late = queue.take('a', { waits, signal: never });
  const gone = queue.take('a', { waits, signal: leaving.signal });
  await assert.rejects(queue.take('a', { waits, signal: never }), (error) => isFailure(error, 'GitBusy'));
  leaving.abort('it left');
  await assert.rejects(gone, (error) => error === 'it left');
  const refused = assert.rejects(late, (error) => isFailure(error, 'GitBusy'));
  await clock.advance(1001);
  await refused;
  const last = queue.take('a', { waits, signal: never });
  end();
  (await last)();
  await assert.rejects(async () => {
    const held = await queue.take('a', { waits, signal: never });
    await queue.take('a', { waits, signal: AbortSignal.abort('gone before') }).finally(held);
  }, /gone before/);
  assert.ok(!queue.isBusy('a'));
});
