import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inWindow, windowAt, windowMembers } from './tumbling-windows.ts';

test('bounds are multiples of the duration from the epoch', () => {
  const window = windowAt(Date.UTC(2020, 11, 9, 7, 4, 30), 120_000);
  assert.deepEqual(windowMembers(window, { shardId: 's', sourceArn: 'a', final: false }), {
    window: { start: '2020-12-09T07:04:00Z', end: '2020-12-09T07:06:00Z' },
    state: {},
    shardId: 's',
    eventSourceARN: 'a',
    isFinalInvokeForWindow: false,
    isWindowTerminatedEarly: false,
  });
});

test('late records belong to the open window, those at its end do not', () => {
  const window = windowAt(1500, 1000);
  assert.deepEqual(
    [0, 1999, 2000].map((time) => inWindow(window, time)),
    [true, true, false],
  );
});

test('says that it ended early', () => {
  const shown = windowMembers({ ...windowAt(0, 1000), early: true }, { shardId: 's', sourceArn: 'a', final: true });
  assert.deepEqual([shown.isFinalInvokeForWindow, shown.isWindowTerminatedEarly], [true, true]);
});
