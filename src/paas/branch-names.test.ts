import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBranch } from './branch-names.ts';

test('names of branches that git has no refs for, or that leave their place, are refused', () => {
  for (const name of ['main', 'feature/a-b_c', 'v1.2', 'fix#7']) checkBranch(name);
  for (const name of [
    '',
    'HEAD',
    '.a',
    '-x',
    'a b',
    'a..b',
    'a//b',
    'a/',
    'a.lock',
    'a/.b',
    'a@{1}',
    'a~1',
    'a:b',
    'a\n',
    'x'.repeat(300),
  ])
    assert.throws(() => checkBranch(name), { code: 'InvalidRequest' }, name);
});
