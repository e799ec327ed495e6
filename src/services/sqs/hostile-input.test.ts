import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../../kernel/index.ts';
import { readListToken } from './list-tokens.ts';
import { readAttributes } from './message-attributes.ts';
import { readTaskHandle, taskHandle } from './move-tasks.ts';
import { parseQueueUrl } from './queue.ts';
import { defaultAttributes, mergeAttributes, settingsOf } from './queue-attributes.ts';

/** What is refused is refused with a coded failure of the caller's, never with a defect. */
function refusesWell(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    assert.ok(isFailure(error) && error.fault === 'caller', String((error as Error).stack));
  }
}

const names = [
  ...Object.keys(defaultAttributes(true)),
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'constructor',
  '__proto__',
];
const values = fc.oneof(
  fc.string(),
  fc.json(),
  fc.integer().map(String),
  fc.record({ deadLetterTargetArn: fc.anything(), maxReceiveCount: fc.anything() }).map((policy) => JSON.stringify(policy) ?? ''),
  fc.record({ redrivePermission: fc.anything(), sourceQueueArns: fc.anything() }).map((policy) => JSON.stringify(policy) ?? ''),
);

test('attributes of queues', () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 4 }), fc.boolean(), (entries, fifo) =>
      refusesWell(() => {
        const settings = settingsOf(mergeAttributes({}, Object.fromEntries(entries), fifo));
        assert.ok(Object.values(settings).every((value) => typeof value !== 'number' || Number.isSafeInteger(value)));
      }),
    ),
  ));

test('attributes of messages', () => {
  const value = fc.record(
    { DataType: fc.oneof(fc.constantFrom('String', 'Number', 'Binary', 'Number.x'), fc.string()), StringValue: fc.string() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), (given) =>
      refusesWell(() => {
        const { attributes = {}, size } = readAttributes(given as Parameters<typeof readAttributes>[0]);
        assert.deepEqual(Object.keys(attributes).sort(), Object.keys(given).sort());
        assert.ok(size >= 2 * Object.keys(given).length);
      }),
    ),
  );
});

test('queue URLs, tokens and handles', () => {
  fc.assert(fc.property(fc.webUrl(), (url) => assert.equal(parseQueueUrl(url)?.name.includes('/') ?? false, false)));
  fc.assert(fc.property(fc.string(), (text) => refusesWell(() => readListToken(text))));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((json) => btoa(encodeURI(json))),
      ),
      (text) => refusesWell(() => readTaskHandle(text)),
    ),
  );
  fc.assert(
    fc.property(fc.record({ source: fc.string(), startedAt: fc.maxSafeNat(), id: fc.uuid() }), (task) =>
      assert.deepEqual(readTaskHandle(taskHandle(task)), { ...task }),
    ),
  );
});
