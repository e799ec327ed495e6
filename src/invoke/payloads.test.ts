import assert from 'node:assert/strict';
import { test } from 'node:test';
import { platformError, runtimeExited, timedOut } from './payloads.ts';

const texts: readonly [ReturnType<typeof timedOut>, string, string][] = [
  [timedOut('i', 1000), 'Sandbox.Timedout', 'RequestId: i Error: Task timed out after 1.00 seconds'],
  [timedOut('i', 30_000), 'Sandbox.Timedout', 'RequestId: i Error: Task timed out after 30.00 seconds'],
  [
    runtimeExited('i', { code: 0, oom: false }),
    'Runtime.ExitError',
    'RequestId: i Error: Runtime exited without providing a reason',
  ],
  [
    runtimeExited('i', { code: 9, oom: false }),
    'Runtime.ExitError',
    'RequestId: i Error: Runtime exited with error: exit status 9',
  ],
  [
    runtimeExited('i', { signal: 'SIGABRT', oom: false }),
    'Runtime.ExitError',
    'RequestId: i Error: Runtime exited with error: signal: aborted',
  ],
  [
    runtimeExited('i', { code: 137, oom: true }),
    'Runtime.OutOfMemory',
    'RequestId: i Error: Runtime exited with error: signal: killed',
  ],
  [platformError('i', 'Runtime.InvalidEntrypoint', 'none'), 'Runtime.InvalidEntrypoint', 'RequestId: i Error: none'],
];

test('the texts of spec/invoke.md §3.2', () => {
  for (const [{ errorType, payload }, type, errorMessage] of texts) {
    assert.equal(errorType, type);
    assert.equal(payload.toString(), JSON.stringify({ errorType: type, errorMessage }));
  }
});
