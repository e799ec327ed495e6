import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readBatchAnswer, readWindowState } from './batch-response.ts';
import { compileFilterCriteria } from './filter-criteria.ts';
import { destinationRecord } from './invocation-records.ts';
import { jsonFields } from './log-filter-json.ts';
import { nestsTooDeep } from './nested-json.ts';

const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

test('a thousand levels are not too deep, one more is; what stands in texts does not count', () => {
  for (const nested of [lists, objects]) {
    assert.equal(nestsTooDeep(nested(1000)), false);
    assert.equal(nestsTooDeep(nested(1001)), true);
    assert.equal(nestsTooDeep(JSON.stringify({ text: `"${nested(5000)}\\` })), false);
  }
  fc.assert(fc.property(fc.json({ maxDepth: 8 }), (text) => !nestsTooDeep(text.padStart(2000))));
});

test('what nests too deep is no JSON to filters, answers, destinations and log patterns', () => {
  for (const deep of [lists(100_000), objects(100_000)]) {
    const filter = compileFilterCriteria([{ Pattern: '{"body":{"a":[{"exists":false}]},"data":{"a":[{"exists":false}]}}' }]);
    assert.equal(filter({ body: deep }), false);
    assert.equal(filter({ kinesis: { data: Buffer.from(deep).toString('base64') } }), false);
    assert.deepEqual(readBatchAnswer(deep, ['a']), { kind: 'malformed' });
    assert.equal(readWindowState(`{"state":${deep}}`), undefined);
    assert.deepEqual(jsonFields('{ $.a = 1 }')(deep), {});
    const ended = { requestId: 'r', functionArn: 'f', condition: 'Success', attempts: 1, time: 0, request: deep } as const;
    assert.equal(JSON.parse(destinationRecord(ended, 2 ** 20)).requestPayload, deep);
  }
});
