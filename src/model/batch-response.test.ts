import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readBatchAnswer, readWindowState } from './batch-response.ts';

const ids = ['a', 'b', 'c'];
const kind = (text: string) => readBatchAnswer(text, ids).kind;

test('nothing listed is complete success', () => {
  for (const text of ['null', '', '""', '{}', '[]', '{"batchItemFailures":[]}', '{"batchItemFailures":null}', '"text"', '7'])
    assert.equal(kind(text), 'success', text);
});

test('known ids fail, in the order of the batch', () => {
  const list = (...given: string[]) =>
    readBatchAnswer(JSON.stringify({ batchItemFailures: given.map((itemIdentifier) => ({ itemIdentifier })) }), ids);
  assert.deepEqual(list('c', 'a', 'c'), { kind: 'partial', failed: [0, 2] });
  assert.deepEqual(list('b'), { kind: 'partial', failed: [1] });
});

test('an empty, missing or unknown id, and what is no list or no JSON, fails the whole batch', () => {
  const items = [
    '{"itemIdentifier":""}',
    '{"itemIdentifier":null}',
    '{}',
    '{"itemidentifier":"a"}',
    '{"itemIdentifier":"z"}',
    'null',
    '3',
  ];
  for (const item of items) assert.equal(kind(`{"batchItemFailures":[{"itemIdentifier":"a"},${item}]}`), 'malformed', item);
  for (const text of ['{', 'nonsense', '{"batchItemFailures":"a"}', '{"batchItemFailures":{}}'])
    assert.equal(kind(text), 'malformed', text);
});

test('any text whatever is one of three things, and partial answers name records of the batch', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const answer = readBatchAnswer(text, ids);
      if (answer.kind === 'partial') assert.ok(answer.failed.every((place) => place >= 0 && place < ids.length));
    }),
    { numRuns: 300 },
  );
});

test('the state of a window is an object; without one the invocation failed', () => {
  assert.deepEqual(readWindowState('{"state":{"n":1}}'), { state: { n: 1 }, bytes: 7 });
  for (const text of ['null', '{}', '{"state":null}', '{"state":3}', '{']) assert.equal(readWindowState(text), undefined, text);
});
