import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseQuestion, parseReply, RCODE, reply, TYPE } from './dns.ts';

/** A query as resolvers send it. */
function query(name: string, type: number): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), ...labels, Buffer.from([0, 0, type, 0, 1])]);
}

test('a question is read, and a reply of our own reads back', () => {
  const bytes = query('API.example.com', TYPE.A);
  const question = parseQuestion(bytes)!;
  assert.equal(question.name, 'api.example.com');
  const addresses = [
    { address: '1.2.3.4', ttl: 60 },
    { address: '255.0.0.1', ttl: 4_000_000_000 },
  ];
  assert.deepEqual(parseReply(reply(bytes, question, RCODE.NOERROR, addresses)), { rcode: 0, truncated: false, addresses });
  assert.equal(parseReply(bytes), undefined, 'a query is no reply');
});

test('names that point at themselves, forwards, or beyond the end are refused', () => {
  const head = Buffer.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  for (const name of [[0xc0, 12], [0xc0, 40], [5, 97], [64, 97], [0xc0], [1, 46, 0]]) {
    assert.equal(parseQuestion(Buffer.concat([head, Buffer.from(name), Buffer.from([0, 0, 1, 0, 1])])), undefined, String(name));
  }
});

test('noise never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      parseQuestion(Buffer.from(bytes));
      parseReply(Buffer.from(bytes));
      parseReply(Buffer.concat([query('a.test', 1).fill(0x81, 2, 3), Buffer.from(bytes)]));
    }),
  );
});
