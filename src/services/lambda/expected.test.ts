import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './fixture.suite.ts';

test('sandboxes of the right kind are asked for when a function becomes active, and for what is there at start', async (t) => {
  const { create, expected, restart } = await fixture(t);
  await create({ FunctionName: 'a', MemorySize: 256 });
  await create({ FunctionName: 'b', Runtime: 'python3.11' });
  await create({ FunctionName: 'c', MemorySize: 256 });
  assert.deepEqual(expected.splice(0), [
    ['nodejs24.x', 256],
    ['python3.11', 128],
    ['nodejs24.x', 256],
  ]);
  const again = restart();
  await again.start();
  await again.idle();
  assert.deepEqual(expected.splice(0), [
    ['nodejs24.x', 256],
    ['python3.11', 128],
  ]);
});

test('a start asks for the most frequent kinds only', async (t) => {
  const { create, expected, restart } = await fixture(t);
  for (let i = 0; i < 10; i++) await create({ FunctionName: `f${i}`, MemorySize: 128 + Math.floor(i / 1.2) });
  expected.splice(0);
  const again = restart();
  await again.start();
  await again.idle();
  assert.equal(expected.length, 6);
  assert.deepEqual(expected[0], ['nodejs24.x', 128]);
});
