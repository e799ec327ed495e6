import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../kernel/index.ts';
import { readOutsideEvents } from './cloud-events.ts';

const read = (body: unknown, headers: Record<string, string> = {}, query = '') =>
  readOutsideEvents({ body, headers, query: Object.fromEntries(new URLSearchParams(query)) });
const event = { specversion: '1.0', id: '1', source: 'shop', type: 'order.placed' };

test('structured mode: attributes find their places, extensions are kept', () => {
  const full = { ...event, time: '2026-01-01T00:00:00Z', subject: 'order/1', tenant: 't', data: { total: 5 } };
  assert.deepEqual(read(full, { 'content-type': 'application/cloudevents+json; charset=utf-8' }), [
    {
      id: '1',
      source: 'shop',
      type: 'order.placed',
      time: Date.UTC(2026, 0, 1),
      subject: 'order/1',
      detail: { total: 5, cloudevent: { tenant: 't' } },
    },
  ]);
  assert.deepEqual(read({ ...event, data: [1] }, { 'content-type': 'application/json' })[0]!.detail, { data: [1] });
  assert.deepEqual(read({ ...event, data_base64: 'AA==' })[0]!.detail, { data_base64: 'AA==' });
});

test('binary mode: attributes are headers, the body is the data', () => {
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': 'shop',
    'ce-type': 'order.placed',
    'ce-subject': 'caf%C3%A9',
    'content-type': 'application/json',
  };
  const [one] = read({ total: 5 }, headers);
  assert.deepEqual([one!.subject, one!.detail], ['café', { total: 5 }]);
  const [bytes] = read(Buffer.from([0, 1]), { ...headers, 'content-type': 'image/png' });
  assert.deepEqual(bytes!.detail, { data_base64: 'AAE=', cloudevent: { datacontenttype: 'image/png' } });
});

test('batches and plain JSON', () => {
  const type = { 'content-type': 'application/cloudevents-batch+json' };
  assert.equal(read([event, { ...event, id: '2' }], type).length, 2);
  assert.throws(() => read(Array(101).fill(event), type), { code: 'InvalidRequest' });
  assert.deepEqual(read({ a: 1 }, {}, 'source=shop&type=t'), [{ source: 'shop', type: 't', detail: { a: 1 } }]);
  assert.deepEqual(read(undefined, { 'idempotency-key': 'k' }), [
    { id: 'k', source: 'custom', type: 'event', detail: { data: null } },
  ]);
});

test('whatever comes is read or refused by name', () => {
  const headers = fc.dictionary(
    fc.constantFrom('ce-specversion', 'ce-id', 'ce-source', 'ce-type', 'content-type', 'ce-x'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.constant(event)), headers, (body, given) => {
      try {
        for (const one of read(body, given)) assert.equal(typeof one.detail, 'object');
      } catch (error) {
        assert.ok(isFailure(error, 'InvalidRequest'));
      }
    }),
    { numRuns: 300 },
  );
});

test('an attribute that is no text is an extension, whatever it is', () => {
  const datacontenttype = { toString: 1 };
  const [one] = read({ ...event, datacontenttype, data: {} }, { 'content-type': 'application/cloudevents+json' });
  assert.deepEqual(one!.detail, { cloudevent: { datacontenttype } });
});
