import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonOf, Trouble } from './trouble.ts';

test('an error is told once for each change', () => {
  const told: string[] = [];
  const trouble = new Trouble((error) => told.push(error));
  for (const message of ['a', 'a', 'b', 'a']) trouble.meet(new TypeError(message));
  assert.deepEqual([told.length, trouble.reason], [3, 'TypeError: a']);
  trouble.over();
  assert.equal(trouble.reason, '');
  trouble.meet(new TypeError('a'));
  assert.equal(told.length, 4);
  assert.match(told[0]!, /TypeError: a\n +at /);
});

test('a reason is one line of bounded length, whatever was thrown', () => {
  assert.equal(reasonOf('x\ny'), 'x');
  assert.equal(reasonOf(undefined), 'undefined');
  assert.equal(reasonOf('x'.repeat(5000)).length, 1024);
});
