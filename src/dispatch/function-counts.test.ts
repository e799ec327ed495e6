import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countOf } from './function-counts.ts';

test('under the name of the function, and of all together', () => {
  const counted: unknown[] = [];
  const place = { account: '000000000000', region: 'us-east-1' };
  const count = (...given: unknown[]) => void counted.push(given);
  countOf(count, place, { metric: 'Throttles', of: 'f' });
  countOf(count, place, { metric: 'IteratorAge', of: 'arn:aws:lambda:us-east-1:000000000000:function:f:live', value: 7 });
  countOf(undefined, place, { metric: 'Throttles', of: 'f' });
  const metric = (name: string, unit: string, value: number) =>
    [{ FunctionName: 'f' }, {}].map((dimensions) => [place, { namespace: 'AWS/Lambda', name, unit, dimensions }, value]);
  assert.deepEqual(counted, [...metric('Throttles', 'Count', 1), ...metric('IteratorAge', 'Milliseconds', 7)]);
});
