import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../kernel/index.ts';
import { judgePostPolicy } from './post-policies.ts';

const NOW = Date.UTC(2026, 0, 1);
const encode = (document: unknown) => Buffer.from(JSON.stringify(document)).toString('base64');
const policy = (conditions: unknown, expiration: unknown = '2026-01-01T00:00:01Z') => encode({ expiration, conditions });
const judge = (text: string, fields: Record<string, string> = {}) =>
  judgePostPolicy(text, { fields: new Map(Object.entries(fields)), bucket: 'b', now: NOW });

function refusal(text: string, fields: Record<string, string> = {}): string {
  try {
    judge(text, fields);
  } catch (error) {
    if (isFailure(error)) return `${error.status} ${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

test('every condition must hold, and every field must have one', () => {
  const conditions = [{ bucket: 'b' }, ['starts-with', '$key', 'in/'], ['eq', '$ACL', 'private'], { 'Content-Type': 'a/b' }];
  const fields = { key: 'in/x', acl: 'private', 'content-type': 'a/b', policy: 'p', 'x-amz-signature': 's', 'x-ignore-me': '' };
  assert.equal(judge(policy(conditions), fields), undefined);
  const denied = '403 AccessDenied: Invalid according to Policy: ';
  assert.equal(
    refusal(policy(conditions), { ...fields, key: 'out' }),
    `${denied}Policy Condition failed: ["starts-with", "$key", "in/"]`,
  );
  assert.equal(
    refusal(policy(conditions), { ...fields, acl: 'public' }),
    `${denied}Policy Condition failed: ["eq", "$ACL", "private"]`,
  );
  const { acl: _, ...lacking } = fields;
  assert.equal(refusal(policy(conditions), lacking), `${denied}Policy Condition failed: ["eq", "$ACL", "private"]`);
  assert.equal(
    refusal(policy([{ bucket: 'other' }]), { bucket: 'other' }),
    `${denied}Policy Condition failed: ["eq", "$bucket", "other"]`,
  );
  assert.equal(refusal(policy(conditions), { ...fields, tagging: '' }), `${denied}Extra input fields: tagging`);
  assert.equal(refusal(policy([], '2026-01-01T00:00:00Z')), `${denied}Policy expired.`);
  assert.equal(judge(policy([['starts-with', '$key', '']]), { key: 'anything' }), undefined);
  assert.match(refusal(policy([['starts-with', '$content-type', 'image/']]), { 'content-type': 'image/a, text/b' }), /failed/);
  assert.equal(judge(policy([['starts-with', '$content-type', 'image/']]), { 'content-type': 'image/a, image/b' }), undefined);
});

test('the narrowest range of lengths counts', () => {
  assert.deepEqual(judge(policy([['content-length-range', 1, 10]])), { min: 1, max: 10 });
  assert.deepEqual(
    judge(
      policy([
        ['content-length-range', '1', '10'],
        ['content-length-range', 5, 20],
      ]),
    ),
    { min: 5, max: 10 },
  );
});

test('what is no policy is told', () => {
  const invalid = '400 InvalidPolicyDocument: Invalid Policy: ';
  assert.equal(refusal('!'), `${invalid}Invalid JSON.`);
  assert.equal(refusal(encode([])), `${invalid}Invalid JSON.`);
  assert.equal(refusal(encode({ conditions: [] })), `${invalid}Policy missing expiration.`);
  assert.equal(refusal(encode({ expiration: '2026-01-02T00:00:00Z' })), `${invalid}Policy missing conditions.`);
  assert.match(refusal(encode({ expiration: { toString: 1 }, conditions: [] })), /Invalid 'expiration' value: ''/);
  assert.match(refusal(policy([], 'tomorrow')), /Invalid 'expiration' value: 'tomorrow'/);
  const simple = `${invalid}Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.`;
  for (const condition of [{}, { a: '1', b: '2' }, null, 'x', 1]) assert.equal(refusal(policy([condition])), simple);
  for (const condition of [['eq', '$a'], ['eq', 'a', 'b'], ['like', '$a', 'b'], [{ toString: 1 }], [], { a: 1 }])
    assert.ok(refusal(policy([condition])).startsWith(invalid), JSON.stringify(condition));
  for (const [min, max] of [
    [2, 1],
    [-1, 1],
    ['x', 1],
    [1, 1.5],
    [1, null],
  ])
    assert.ok(refusal(policy([['content-length-range', min, max]])).startsWith(invalid));
});

test('whatever is given is judged or refused, and never lets a field through that no condition names', () => {
  const name = fc.constantFrom('key', 'acl', 'Content-Type', 'bucket', 'x-amz-meta-a');
  const condition = fc.oneof(
    fc.dictionary(name, fc.string(), { maxKeys: 2 }),
    fc.tuple(
      fc.constantFrom('eq', 'starts-with', 'content-length-range', 'x'),
      name.map((one) => `$${one}`),
      fc.string(),
    ),
    fc.anything(),
  );
  const fields = fc.dictionary(
    name.map((one) => one.toLowerCase()),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(condition, { maxLength: 4 }), fields, (conditions, given) => {
      const text = policy(conditions);
      if (refusal(text, given) !== 'accepted') return;
      const named = JSON.stringify(conditions).toLowerCase();
      for (const field of Object.keys(given)) assert.ok(named.includes(field));
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.match(refusal(text), /^400 InvalidPolicyDocument/);
    }),
    { numRuns: 200 },
  );
});
