import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStartupVariable, readAtStart } from './startup-variables.ts';

test('what is read only at process start', () => {
  for (const name of [
    'NODE_OPTIONS',
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'PYTHONPATH',
    'PYTHONHASHSEED',
    'RUBYOPT',
    'NODE_EXTRA_CA_CERTS',
    'LANG',
    'LC_ALL',
    'AWS_LAMBDA_EXEC_WRAPPER',
    'UV_THREADPOOL_SIZE',
  ])
    assert.equal(isStartupVariable(name), true, name);
  for (const name of ['NODE_ENV', 'NODE_PATH', 'TZ', 'PATH', 'HOME', 'MY_LD_PRELOAD', 'python'])
    assert.equal(isStartupVariable(name), false, name);
  assert.equal(readAtStart({ A: '1', NODE_ENV: 'x' }), false);
  assert.equal(readAtStart({ A: '1', NODE_OPTIONS: '' }), true);
});
