import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeError, encodeFrame, encodeInvoke, frameReader, INIT, INVOKE, MAX_RESPONSE } from './frames.ts';

test('frames survive being cut anywhere', () => {
  const frame = fc.record({ type: fc.integer({ min: 1, max: 30 }), body: fc.string({ maxLength: 300 }) });
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
      (frames, cuts) => {
        const seen: { type: number; body: string }[] = [];
        const read = frameReader((type, body) => seen.push({ type, body: body.toString('utf8') }));
        const stream = Buffer.concat(frames.map(({ type, body }) => encodeFrame(type, body)));
        for (let at = 0, n = 0; at < stream.byteLength; n++) {
          const size = cuts[n % cuts.length]!;
          assert.ok(read(stream.subarray(at, at + size)));
          at += size;
        }
        assert.deepEqual(
          seen,
          frames.map(({ type, body }) => ({ type, body })),
        );
      },
    ),
  );
});

test('an INVOKE carries its head and its event', () => {
  for (const size of [0, 10, 200_000]) {
    const event = Buffer.alloc(size, 'e');
    const head = { seq: 7, requestId: 'id', deadline: 1234.5, arn: 'arn', traceId: undefined, clientContext: '{"a":\n1}' };
    const bytes = Buffer.concat(encodeInvoke(head, event));
    let count = 0;
    const read = frameReader((type, body) => {
      count++;
      assert.equal(type, INVOKE);
      assert.equal(body.readUInt32BE(0), 7);
      assert.equal(body.readDoubleBE(4), 1234.5);
      const length = body.readUInt32BE(12);
      assert.equal(body.toString('utf8', 16, 16 + length), 'id\narn\n\n{"a":\n1}');
      assert.equal(body.byteLength - 16 - length, size);
    });
    assert.ok(read(bytes));
    assert.equal(count, 1);
  }
});

test('a frame that is empty or too long breaks the rules', () => {
  const long = Buffer.alloc(4);
  long.writeUInt32BE(MAX_RESPONSE + 2000);
  assert.equal(frameReader(() => assert.fail())(long), false);
  assert.equal(frameReader(() => assert.fail())(Buffer.alloc(4)), false);
});

test('errors carry type and payload, also when cut short', () => {
  assert.deepEqual(decodeError(Buffer.from('\x03Bad{"a":1}', 'latin1')), { errorType: 'Bad', payload: Buffer.from('{"a":1}') });
  assert.deepEqual(decodeError(Buffer.alloc(0)), { errorType: '', payload: Buffer.alloc(0) });
  assert.equal(encodeFrame(INIT, 'ü').readUInt32BE(0), 3);
});
