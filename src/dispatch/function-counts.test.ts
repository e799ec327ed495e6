import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countOf } from './function-counts.ts';

test('under the name of the function, and of all together', () => {
  const counted: unknown[] = [];
  const place = { account: '000000000000', region: 'us-east-1' };
  const count = (...given: unknown[]) => void counted.push(given);
  countOf(count, place, ['Throttles', 'f']);
  countOf(count, place, ['AsyncEventsReceived', 'arn:aws:lambda:us-east-1:000000000000:function:f:live']);
  countOf(undefined, place, ['Throttles', 'f']);
  const metric = (name: string, dimensions: object) => [place, { namespace: 'AWS/Lambda', name, unit: 'Count', dimensions }, 1];
  assert.deepEqual(counted, [
    metric('Throttles', { FunctionName: 'f' }),
    metric('Throttles', {}),
    metric('AsyncEventsReceived', { FunctionName: 'f' }),
    metric('AsyncEventsReceived', {}),
  ]);
});
