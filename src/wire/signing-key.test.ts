import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { same, sign, signingKey } from './signing-key.ts';

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text, 'latin1').digest();

test('a signature is the HMAC of the library, for texts of every length', () => {
  const day = '20261121';
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 1500 }), (secret, length) => {
      const derived = [day, 'eu-west-1', 's3', 'aws4_request'].reduce<string | Buffer>(
        (key, text) => createHmac('sha256', key).update(text).digest(),
        `AWS4${secret}`,
      );
      const text = 'ä€b\n'.repeat(length).slice(0, length).replaceAll('€', 'ÿ');
      const key = signingKey(secret, day, 'eu-west-1', 's3');
      assert.equal(sign(key, text), hmac(derived as Buffer, text).toString('hex'));
      assert.equal(sign(key, 'again'), hmac(derived as Buffer, 'again').toString('hex'));
    }),
  );
});

test('two texts are the same when every character is', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => same(a, b) === (a === b) && same(a, a)));
  assert.ok(!same('ab', 'ac') && !same('ab', 'abc') && same('', ''));
});
