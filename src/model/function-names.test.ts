import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { functionRef, readQualifier, refArn } from './function-names.ts';

const place = { account: '000000000000', region: 'us-east-1' };
const name = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9-_]{0,63}$/).filter((text) => !/^\d{12}$|^function$/.test(text));
const qualifier = fc.option(fc.constantFrom('$LATEST', '1', 'live'), { nil: undefined });

test('every form of a name means the same function', () => {
  fc.assert(
    fc.property(name, qualifier, (fn, q) => {
      const tail = `${fn}${q === undefined ? '' : `:${q}`}`;
      const full = `arn:aws:lambda:us-east-1:000000000000:function:${tail}`;
      for (const form of [
        tail,
        `function:${tail}`,
        `000000000000:function:${tail}`,
        `us-east-1:000000000000:function:${tail}`,
        full,
      ])
        assert.equal(refArn(functionRef(place, form)), full, form);
    }),
  );
});

test('any text at all gives a reference or a coded error', () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.string(), { nil: undefined }), (text, q) => {
      try {
        assert.notEqual(functionRef(place, text, q).name, '');
      } catch (error) {
        assert.match((error as { code: string }).code, /^(ResourceNotFound|InvalidParameterValue)Exception$/);
      }
    }),
  );
});

test('a number is a version only in its own spelling', () => {
  assert.deepEqual(readQualifier('12'), { kind: 'version', version: 12 });
  for (const odd of ['012', '0', '99999999999999999999']) assert.deepEqual(readQualifier(odd), { kind: 'version', version: 0 });
  assert.deepEqual(readQualifier('12a'), { kind: 'alias', alias: '12a' });
});
