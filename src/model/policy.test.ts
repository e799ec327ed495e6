import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../kernel/index.ts';
import { type Caller, evaluate, trusts } from './policy.ts';
import { compilePolicy, parsePolicy } from './policy-document.ts';

const role: Caller = {
  kind: 'role',
  account: '123456789012',
  arn: 'arn:aws:sts::123456789012:assumed-role/r/s',
  roleArn: 'arn:aws:iam::123456789012:role/r',
  roleId: 'AROAAAAAAAAAAAAAAAAAA',
};
const identity = (...Statement: object[]) => compilePolicy({ Version: '2012-10-17', Statement }, 'identity');
const resource = (...Statement: object[]) => compilePolicy({ Version: '2012-10-17', Statement }, 'resource');
const ask = (action: string, target = 'arn:aws:s3:::b/k', context: Record<string, string | string[]> = {}, caller = role) => ({
  caller,
  action,
  resource: target,
  context,
});
const allow = (Action: string | string[], Resource: string | string[] = '*', more = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: string, Resource = '*', more = {}) => ({ Effect: 'Deny', Action, Resource, ...more });
const may = (statement: object, action: string, target?: string, context?: Record<string, string | string[]>) =>
  evaluate(ask(action, target, context), { identity: [identity(statement)] }).allowed;

test('actions match in any case, resources part by part', () => {
  assert.equal(may(allow('S3:get*'), 's3:GetObject'), true);
  assert.equal(may(allow('s3:Get?bject'), 's3:GetObject'), true);
  assert.equal(may(allow('s3:*', 'arn:aws:s3:::b/*'), 's3:GetObject'), true);
  assert.equal(may(allow('s3:*', 'arn:aws:s3:::B/*'), 's3:GetObject'), false);
  assert.equal(may(allow('s3:*', 'arn:aws:*:*:*:b'), 's3:GetObject'), false);
  assert.equal(
    may(
      allow('lambda:*', 'arn:aws:lambda:*:123456789012:function:f'),
      'lambda:X',
      'arn:aws:lambda:eu:210987654321:x:123456789012:function:f',
    ),
    false,
  );
  assert.equal(may({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }, 's3:GetObject'), true);
  assert.equal(may({ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }, 's3:GetObject'), false);
  assert.equal(may({ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::b/*' }, 's3:GetObject'), false);
});

test('policy variables stand for values, and their values bring no wildcards', () => {
  const home = allow('s3:*', `arn:aws:s3:::b/\${aws:username}/*`);
  const at = (name: string, key: string) => may(home, 's3:GetObject', `arn:aws:s3:::b/${key}`, { 'aws:username': name });
  assert.equal(at('ann', 'ann/x'), true);
  assert.equal(at('ann', 'bob/x'), false);
  assert.equal(at('*', 'bob/x'), false);
  assert.equal(may(home, 's3:GetObject', 'arn:aws:s3:::b//x'), false);
  assert.equal(may(allow('s3:*', `arn:aws:s3:::b/\${aws:username, 'guest'}`), 's3:GetObject', 'arn:aws:s3:::b/guest'), true);
  assert.equal(may(allow('s3:*', `arn:aws:s3:::b/\${*}`), 's3:GetObject', 'arn:aws:s3:::b/x'), false);
});

test('every operator of conditions', () => {
  const on = (operator: string, wanted: unknown, given?: string | string[]) =>
    may(
      allow('*', '*', { Condition: { [operator]: { 'x:Key': wanted } } }),
      's3:X',
      '*',
      given === undefined ? {} : { 'x:key': given },
    );
  const cases: readonly (readonly [operator: string, wanted: unknown, given: string | string[] | undefined, allowed: boolean])[] =
    [
      ['StringEquals', 'a*', 'a*', true],
      ['StringEquals', 'a*', 'ab', false],
      ['StringNotEquals', 'a', 'b', true],
      ['StringNotEquals', ['a', 'b'], 'b', false],
      ['StringNotEquals', 'a', undefined, true],
      ['StringEqualsIgnoreCase', 'AB', 'aB', true],
      ['StringNotEqualsIgnoreCase', 'AB', 'ab', false],
      ['StringLike', 'home/*', 'home/x/y', true],
      ['StringNotLike', 'home/*', 'home/x', false],
      ['NumericLessThan', '10', '9.5', true],
      ['NumericLessThan', 10, '10', false],
      ['NumericGreaterThanEquals', '10', '10', true],
      ['NumericEquals', '10', 'ten', false],
      ['DateGreaterThan', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', true],
      ['DateLessThan', '2026-01-01T00:00:00Z', '1767225601', false],
      ['Bool', 'true', 'true', true],
      ['Bool', true, 'false', false],
      ['BinaryEquals', 'QUJD', 'QUJD', true],
      ['IpAddress', '10.0.0.0/8', '10.200.1.1', true],
      ['IpAddress', '10.0.0.0/8', '11.0.0.1', false],
      ['IpAddress', '2001:db8::/32', '2001:db8:1::5', true],
      ['NotIpAddress', '2001:db8::/32', '2001:db9::1', true],
      ['ArnLike', 'arn:aws:s3:::b*', 'arn:aws:s3:::bucket', true],
      ['ArnEquals', 'arn:aws:s3:::b', 'arn:aws:s3:::bucket', false],
      ['ArnNotLike', 'arn:aws:s3:::b*', 'arn:aws:s3:::x', true],
      ['Null', 'true', undefined, true],
      ['Null', 'false', undefined, false],
      ['Null', 'false', 'x', true],
      ['StringEquals', 'a', undefined, false],
      ['StringEqualsIfExists', 'a', undefined, true],
      ['StringEqualsIfExists', 'a', 'b', false],
      ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b', 'a'], true],
      ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
      ['ForAllValues:StringEquals', 'a', undefined, true],
      ['ForAnyValue:StringEquals', 'a', ['b', 'a'], true],
      ['ForAnyValue:StringEquals', 'a', ['b'], false],
      ['ForAnyValue:StringEquals', 'a', undefined, false],
      ['ForAnyValue:StringNotEquals', 'a', ['a', 'b'], true],
    ];
  for (const [operator, wanted, given, allowed] of cases) {
    assert.equal(on(operator, wanted, given), allowed, `${operator} ${JSON.stringify(wanted)} of ${JSON.stringify(given)}`);
  }
});

test('what must allow, and the words for what does not', () => {
  const all = identity(allow('*'));
  const none = identity(allow('sqs:*'));
  const bucket = (Principal: unknown, Effect = 'Allow') => resource({ Effect, Principal, Action: 's3:*', Resource: '*' });
  const reason = (policies: Parameters<typeof evaluate>[1]) => evaluate(ask('s3:GetObject'), policies).reason;
  assert.equal(reason({ identity: [all] }), 'allowed');
  assert.equal(reason({ identity: [none] }), 'no identity-based policy allows the s3:GetObject action');
  assert.equal(reason({ identity: [identity(allow('*'), deny('s3:*'))] }), 'with an explicit deny in an identity-based policy');
  assert.equal(reason({ identity: [all], boundary: none }), 'no permissions boundary allows the s3:GetObject action');
  assert.equal(reason({ identity: [all], session: [none] }), 'no session policy allows the s3:GetObject action');
  assert.equal(reason({ identity: [none], resource: bucket({ AWS: role.kind === 'role' && role.roleArn }) }), 'allowed');
  assert.equal(
    reason({ identity: [none], resource: bucket({ AWS: '123456789012' }) }),
    'no identity-based policy allows the s3:GetObject action',
  );
  assert.equal(reason({ identity: [all], resource: bucket('*', 'Deny') }), 'with an explicit deny in a resource-based policy');
  assert.equal(reason({ identity: [all], crossAccount: true }), 'no resource-based policy allows the s3:GetObject action');
  assert.equal(reason({ identity: [all], crossAccount: true, resource: bucket({ AWS: '123456789012' }) }), 'allowed');
  assert.equal(
    reason({ identity: [none], crossAccount: true, resource: bucket('*') }),
    'no identity-based policy allows the s3:GetObject action',
  );
});

test('trust: by name, through the account, denied, not at all', () => {
  const trust = (statement: object) =>
    compilePolicy({ Version: '2012-10-17', Statement: { Action: 'sts:AssumeRole', ...statement } }, 'trust');
  const question = ask('sts:AssumeRole', 'arn:aws:iam::123456789012:role/x');
  assert.equal(trusts(trust({ Effect: 'Allow', Principal: { AWS: role.kind === 'role' && role.roleArn } }), question), 'yes');
  assert.equal(trusts(trust({ Effect: 'Allow', Principal: { AWS: '123456789012' } }), question), 'account');
  assert.equal(trusts(trust({ Effect: 'Allow', Principal: { AWS: '210987654321' } }), question), 'no');
  assert.equal(trusts(trust({ Effect: 'Deny', Principal: '*' }), question), 'denied');
  const lambda = { ...question, caller: { kind: 'service', service: 'lambda.amazonaws.com' } as const };
  assert.equal(trusts(trust({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }), lambda), 'yes');
  assert.equal(trusts(trust({ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' } }), lambda), 'no');
});

test('an explicit deny wins, whatever else is said and in whatever order', () => {
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom('*', 's3:*', 's3:GetObject', 'sqs:*'),
    Resource: fc.constantFrom('*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::c/*'),
  });
  const hits = (s: { Action: string; Resource: string }) => s.Action !== 'sqs:*' && s.Resource !== 'arn:aws:s3:::c/*';
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 6 }), (statements) => {
      const expected =
        statements.some((s) => s.Effect === 'Allow' && hits(s)) && !statements.some((s) => s.Effect === 'Deny' && hits(s));
      assert.equal(evaluate(ask('s3:GetObject'), { identity: [identity(...statements)] }).allowed, expected);
      assert.equal(evaluate(ask('s3:GetObject'), { identity: statements.map((s) => identity(s)) }).allowed, expected);
    }),
  );
});

test('a boundary or session policy never gives what the identity policies do not', () => {
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom('*', 's3:*', 'sqs:*'),
    Resource: fc.constant('*'),
  });
  const policy = fc.array(statement, { minLength: 1, maxLength: 3 }).map((statements) => identity(...statements));
  fc.assert(
    fc.property(policy, policy, policy, (own, boundary, session) => {
      const narrowed = evaluate(ask('s3:GetObject'), { identity: [own], boundary, session: [session] }).allowed;
      if (narrowed) assert.equal(evaluate(ask('s3:GetObject'), { identity: [own] }).allowed, true);
    }),
  );
});

test('broken documents are MalformedPolicyDocument, never anything else', () => {
  const words: readonly (readonly [text: string, message: RegExp])[] = [
    ['{', /This policy contains invalid Json/],
    ['[]', /Syntax errors in policy\./],
    ['{"Version":"2012-10-17"}', /Syntax errors/],
    ['{"Version":"2013","Statement":[]}', /Syntax errors/],
    ['{"Statement":{"Effect":"allow","Action":"s3:*","Resource":"*"}}', /Syntax errors/],
    ['{"Statement":{"Effect":"Allow","Action":"s3","Resource":"*"}}', /prefaced by a vendor/],
    ['{"Statement":{"Effect":"Allow","Action":"s3:*"}}', /must contain resources/],
    ['{"Statement":{"Effect":"Allow","Resource":"*"}}', /must contain actions/],
    ['{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"b/*"}}', /Resource b\/\* must be in ARN format or "\*"\./],
    ['{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Sounds":{"a:b":"c"}}}}', /Syntax errors/],
    ['{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"}}', /should not specify a principal/],
  ];
  for (const [text, message] of words) {
    assert.throws(
      () => parsePolicy(text, 'identity'),
      (error) => isFailure(error, 'MalformedPolicyDocument') && message.test(error.message),
      text,
    );
  }
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.object().map((o) => JSON.stringify({ Statement: o })),
      ),
      fc.constantFrom('identity', 'resource', 'trust'),
      (text, kind) => {
        try {
          parsePolicy(text, kind);
        } catch (error) {
          assert.ok(isFailure(error, 'MalformedPolicyDocument'), String(error));
        }
      },
    ),
  );
});
