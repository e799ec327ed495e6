import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorText } from './error-text.ts';

test('what a function failed with is told in a line', () => {
  assert.equal(errorText('{"errorType":"Error","errorMessage":"boom","trace":["at x"]}'), 'Error: boom');
  assert.equal(errorText('{"errorMessage":"boom"}'), 'boom');
  for (const other of ['', 'no', '{}', '{"errorMessage":', '{"errorType":1}', '[1]']) assert.equal(errorText(other), other);
});
