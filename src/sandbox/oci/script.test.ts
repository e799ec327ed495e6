import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { startScript } from './script.ts';

test('every argument and variable arrives as it was given', { skip: process.platform === 'win32' }, () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((value) => !value.includes('\0'));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), text, (args, value) => {
      const print = 'process.stdout.write(JSON.stringify([process.argv.slice(1), process.env.V]))';
      const script = startScript({ argv: [process.execPath, '-e', print, '--', ...args], env: { V: value }, cwd: '/' });
      assert.deepEqual(JSON.parse(execFileSync('/bin/sh', { input: script, encoding: 'utf8' })), [args, value]);
    }),
    { numRuns: 25 },
  );
});

test('what cannot be said is refused', () => {
  const process = { argv: ['/bin/true'], env: {}, cwd: '/' };
  const illegal = { code: 'SandboxIllegal' };
  assert.throws(() => startScript({ ...process, argv: [] }), illegal);
  assert.throws(() => startScript({ ...process, argv: ['a\0b'] }), illegal);
  for (const name of ['A B', 'A=B', '1A', '', 'A;reboot', '$(x)'])
    assert.throws(() => startScript({ ...process, env: { [name]: '' } }), illegal);
});
