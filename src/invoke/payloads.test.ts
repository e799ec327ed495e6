import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initFailure, platformError, runtimeExited, timedOut } from './payloads.ts';

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

test('what an initialisation failed with says in which line a file cannot be parsed', () => {
  const failed = (trace: unknown) => {
    const payload = Buffer.from(JSON.stringify({ errorMessage: 'SyntaxError: no', trace }));
    return initFailure({ kind: 'error', errorType: 'Runtime.UserCodeSyntaxError', payload });
  };
  const said = 'Runtime.UserCodeSyntaxError: SyntaxError: no';
  assert.equal(failed([said, '    at /var/task/jobs/web.js:7', '    at load (x:1:2)']), `${said} (jobs/web.js:7)`);
  for (const trace of [[said, '    at load (/var/task/x.js:1:2)'], 'x', [], undefined]) assert.equal(failed(trace), said);
});

test('the texts of spec/invoke.md §3.2', () => {
  for (const [{ errorType, payload }, type, errorMessage] of texts) {
    assert.equal(errorType, type);
    assert.equal(payload.toString(), JSON.stringify({ errorType: type, errorMessage }));
  }
});
