import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../kernel/index.ts';
import { decodeChunk, encodeChunk } from './log-chunk.ts';
import { compileLogFilter } from './log-filter.ts';
import { costOf } from './meters.ts';

test('a chunk gives back what went in', () => {
  const event = fc.tuple(fc.nat(9000), fc.string({ unit: 'binary', maxLength: 30 }));
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 20 }), (events) => {
      const sorted = events.toSorted((a, b) => a[0] - b[0]);
      const times = sorted.map(([time]) => 1_790_000_000_000 + time);
      const texts = sorted.map(([, text]) => text);
      const bytes = encodeChunk(
        times,
        texts.map((text) => text.length),
        texts.join(''),
      );
      assert.deepEqual(decodeChunk(bytes), { times, texts });
    }),
  );
});

test('filter patterns of every kind', () => {
  const cases: readonly (readonly [pattern: string, message: string, wanted: boolean])[] = [
    ['', 'anything', true],
    ['ERROR', 'an ERROR here', true],
    ['ERROR', 'an error here', false],
    ['ERROR Exception', 'Exception ERROR', true],
    ['ERROR Exception', 'ERROR', false],
    ['?ERROR ?WARN', 'WARN', true],
    ['?ERROR ?WARN', 'INFO', false],
    ['ERROR -EXITING', 'ERROR EXITING', false],
    ['ERROR -EXITING', 'ERROR', true],
    ['"two words"', 'with two words', true],
    ['"two words"', 'two  words', false],
    ['%4\\d\\d%', 'status 404', true],
    ['%^4\\d\\d%', 'status 404', false],
    ['[ip, user, status = 4*]', '1.2.3.4 ann 404', true],
    ['[ip, user, status = 4*]', '1.2.3.4 ann 200', false],
    ['[ip, user, status = 4*]', '1.2.3.4 ann 404 more', false],
    ['[ip, ..., bytes > 1000]', '1.2.3.4 ann "GET / x" 404 1001', true],
    ['[ip, ..., bytes > 1000]', '1.2.3.4 ann 1000', false],
    ['[w1 = ERROR || w1 = WARN, ...]', 'WARN x y', true],
    ['{ $.level = "ERROR" }', '{"level":"ERROR"}', true],
    ['{ $.level = "ERR*" }', '{"level":"ERROR"}', true],
    ['{ $.level = "ERROR" }', 'level ERROR', false],
    ['{ $.a.b[1].c > 1.5 && $.x != "y" }', '{"a":{"b":[0,{"c":2}]},"x":"z"}', true],
    ['{ ($.a = 1 || $.b = 1) && $.c = 1 }', '{"b":1,"c":1}', true],
    ['{ $.a IS NULL }', '{"a":null}', true],
    ['{ $.a NOT EXISTS }', '{"b":1}', true],
    ['{ $.a IS TRUE }', '{"a":true}', true],
    ['{ $.a IS FALSE }', '{"a":true}', false],
    ['{ $.constructor = "x" }', '{}', false],
  ];
  for (const [pattern, message, wanted] of cases)
    assert.equal(compileLogFilter(pattern)(message), wanted, `${pattern} on ${message}`);
});

test('broken patterns are refused, and nothing else happens', () => {
  for (const pattern of ['{ $.a', '{ $.a = }', '[a, ...', '"open', '%(a)%', '{ $.a = 1 && }', '[..., ...]', 'x'.repeat(1025)]) {
    assert.throws(
      () => compileLogFilter(pattern),
      (error) => isFailure(error, 'InvalidParameterException'),
      pattern,
    );
  }
  const hostile = fc.string({
    unit: fc.constantFrom('{', '}', '[', ']', '$', '.', 'a', '"', '%', '=', '&', '|', '(', ')', ' ', '?', '-', ',', '*'),
  });
  fc.assert(
    fc.property(hostile, fc.oneof(fc.string(), fc.json()), (pattern, message) => {
      try {
        assert.equal(typeof compileLogFilter(pattern)(message), 'boolean');
      } catch (error) {
        assert.ok(isFailure(error, 'InvalidParameterException'), String(error));
      }
    }),
  );
});

test('a bill: a million invocations of 100 ms at 128 MiB', () => {
  const { requests, duration } = costOf({ invocations: 1_000_000, billedMiBMs: 1_000_000 * 100 * 128 });
  assert.equal(requests.toFixed(4), '0.2000');
  assert.equal(duration.toFixed(4), '0.2083');
});
