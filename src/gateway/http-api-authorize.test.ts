import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { FunctionAuthorizer, HttpAuthorization } from '../model/index.ts';
import { claims, outcome } from './gateway.fixture.ts';
import { type ApiStage, openApiStage } from './http-api.fixture.ts';
import { type Issuer, openIssuer } from './issuer.fixture.ts';

const JUDGE = 'arn:aws:lambda:us-east-1:000000000000:function:judge';
let room: ApiStage;
let issuer: Issuer;
let word: unknown;
let judged: number;
before(async () => {
  room = await openApiStage();
  issuer = await openIssuer();
  issuer.addKey('k', 'rsa');
  issuer.addKey('e', 'ec');
  issuer.addKey('hidden', 'ec', true);
});
after(async () => {
  await room.close();
  issuer.close();
});
beforeEach(() => {
  judged = 0;
  room.stage.result = (call) => {
    if (call.invokedArn !== JUDGE) return outcome('{"statusCode":200}');
    judged++;
    return word instanceof Error
      ? outcome(JSON.stringify({ errorMessage: word.message }), 'Unhandled')
      : outcome(JSON.stringify(word));
  };
});

test('a JWT lets in who has one: claims and scopes are in the event', async () => {
  const authorizer = { id: 'a', identitySource: '$request.header.Authorization', issuer: issuer.url, audience: ['app'] };
  const route = (scopes: string[]) => ({ authorization: { kind: 'jwt', authorizer, scopes } as HttpAuthorization });
  room.add('jwt', {
    'GET /': route([]),
    'GET /scoped': route(['read', 'write']),
    'GET /v1': { ...route([]), integration: { format: '1.0' } },
  });
  const now = Math.floor(Date.now() / 1000);
  const good = { iss: issuer.url, aud: 'app', exp: now + 60, sub: 's', scope: 'read other', groups: ['a', 'b'] };
  const visit = (token?: string, path = '/') =>
    room.visit('jwt', { path, headers: token === undefined ? {} : { authorization: token } });
  for (const key of ['k', 'e']) assert.equal((await visit(`Bearer ${issuer.token(good, { key })}`)).status, 200, key);
  const { jwt } = room.lastEvent().requestContext.authorizer;
  assert.deepEqual([jwt.claims.sub, jwt.claims.exp, jwt.claims.groups, jwt.scopes], ['s', String(now + 60), '[a b]', null]);
  assert.equal((await visit(issuer.token(good), '/scoped')).status, 200);
  assert.deepEqual(room.lastEvent().requestContext.authorizer.jwt.scopes, ['read', 'other']);
  await visit(issuer.token(good), '/v1');
  assert.equal(room.lastEvent().requestContext.authorizer.claims.sub, 's');
  const forbidden = await visit(issuer.token({ ...good, scope: 'other' }), '/scoped');
  assert.deepEqual([forbidden.status, forbidden.text], [403, '{"message":"Forbidden"}']);
  const none = await visit();
  assert.deepEqual([none.status, none.text, none.headers['www-authenticate']], [401, '{"message":"Unauthorized"}', 'Bearer']);
  const runs = room.stage.runs.length;
  for (const token of [
    'Bearer nonsense',
    issuer.token({ ...good, exp: now - 1 }),
    issuer.token({ ...good, aud: 'other' }),
    issuer.token({ ...good, iss: 'https://other' }),
    issuer.token(good, { key: 'hidden' }),
    issuer.token(good, { algorithm: 'none' }),
    `${issuer.token(good).slice(0, -8)}AAAAAAAA`,
  ]) {
    const reply = await visit(token);
    assert.deepEqual([reply.status, reply.text], [401, '{"message":"Unauthorized"}'], token);
    assert.match(String(reply.headers['www-authenticate']), /^Bearer scope="" error="invalid_token" error_description="[^"]+"$/);
  }
  const away = { ...authorizer, issuer: 'http://127.0.0.1:1' };
  const log = { accessLog: { group: 'g', format: '$context.requestId $context.authorizer.error' } };
  room.add('away', { 'GET /': { authorization: { kind: 'jwt', authorizer: away, scopes: [] } } }, log);
  const token = issuer.token({ ...good, iss: away.issuer });
  const unreachable = await room.visit('away', { headers: { authorization: token } });
  assert.equal(unreachable.status, 401);
  assert.match(
    String(unreachable.headers['www-authenticate']),
    /error_description="OIDC discovery endpoint communication error"$/,
  );
  assert.match(room.lines.at(-1)!.text, /ECONNREFUSED/);
  assert.equal(room.stage.runs.length, runs);
});

const judge = (more: Partial<FunctionAuthorizer> = {}): { authorization: HttpAuthorization } => ({
  authorization: {
    kind: 'function',
    authorizer: {
      id: 'a',
      functionArn: JUDGE,
      format: '2.0',
      simple: true,
      identitySource: ['$request.header.x-key'],
      ttl: 0,
      ...more,
    },
  },
});
const get = (id: string, path = '/', key: string | undefined = 'k') =>
  room.visit(id, { path, headers: key === undefined ? {} : { 'x-key': key } });

test('a simple word: allowed with a context, forbidden, or no word at all', async () => {
  room.add('simple', { 'GET /': judge() });
  word = { isAuthorized: true, context: { who: 'me', n: 1 } };
  assert.equal((await get('simple')).status, 200);
  assert.deepEqual(room.lastEvent().requestContext.authorizer, { lambda: { who: 'me', n: 1 } });
  const event = JSON.parse(Buffer.from(room.stage.runs.at(-2)!.payload).toString());
  assert.deepEqual(
    [event.version, event.type, event.identitySource, event.routeArn, event.routeKey],
    ['2.0', 'REQUEST', ['k'], 'arn:aws:execute-api:us-east-1:000000000000:simple/$default/GET/', 'GET /'],
  );
  assert.equal('body' in event, false);
  assert.equal(room.asked.at(-2)!.sourceArn, 'arn:aws:execute-api:us-east-1:000000000000:simple/authorizers/a');
  word = { isAuthorized: false };
  assert.deepEqual([(await get('simple')).status, (await get('simple')).text], [403, '{"message":"Forbidden"}']);
  for (const nothing of [{ isAuthorized: 'yes' }, 7, new Error('broken')]) {
    word = nothing;
    assert.deepEqual([(await get('simple')).status, (await get('simple')).text], [500, '{"message":"Internal Server Error"}']);
  }
  word = new Error('Unauthorized');
  assert.equal((await get('simple')).status, 401);
  const before = judged;
  assert.equal((await room.visit('simple', { headers: { 'x-key': '' } })).status, 401);
  assert.equal((await room.visit('simple')).status, 401);
  assert.equal(judged, before);
});

test('a policy is judged for each path, also when it is kept', async () => {
  const kept = judge({ simple: false, format: '1.0', ttl: 60 });
  room.add('policy', { 'GET /a': kept, 'GET /b': kept, 'GET /c': judge({ simple: false, format: '1.0' }) });
  const arn = 'arn:aws:execute-api:us-east-1:000000000000:policy/$default/GET';
  const allow = (...Resource: string[]) => ({ Effect: 'Allow', Action: 'execute-api:Invoke', Resource });
  word = { principalId: 'p', policyDocument: { Version: '2012-10-17', Statement: [allow(`${arn}/a`)] }, context: { who: 'me' } };
  assert.deepEqual([(await get('policy', '/a')).status, (await get('policy', '/b')).status, judged], [200, 403, 1]);
  await get('policy', '/a');
  assert.deepEqual(room.lastEvent().requestContext.authorizer.lambda, { who: 'me' });
  await get('policy', '/a', 'other');
  assert.equal(judged, 2);
  const event = JSON.parse(Buffer.from(room.stage.runs.at(-2)!.payload).toString());
  assert.deepEqual(
    [event.version, event.type, event.methodArn, event.identitySource, event.authorizationToken, event.resource],
    ['1.0', 'REQUEST', `${arn}/a`, 'other', 'other', '/a'],
  );
  word = {
    principalId: 'p',
    policyDocument: { Version: '2012-10-17', Statement: [allow('*'), { Effect: 'Deny', Action: '*', Resource: `${arn}/c` }] },
  };
  assert.equal((await get('policy', '/c')).status, 403);
  word = { principalId: 'p', policyDocument: 'none' };
  assert.equal((await get('policy', '/c')).status, 500);
  room.add('policy', { 'GET /a': kept }, { authorizers: 'reset' });
  const before = judged;
  await get('policy', '/a');
  assert.equal(judged, before + 1);
});

test('AWS_IAM wants credentials, and their owner the right', async () => {
  room.add('iam', { 'POST /x': { authorization: { kind: 'iam' } } });
  const visit = (headers: Record<string, string>) => room.visit('iam', { method: 'POST', path: '/x', headers, body: 'b' });
  assert.equal((await visit(claims('000000000000', 'execute-api'))).status, 200);
  const { authorizer } = room.lastEvent().requestContext;
  assert.deepEqual([authorizer.iam.accountId, authorizer.iam.userArn], ['000000000000', 'arn:aws:iam::000000000000:root']);
  assert.deepEqual([(await visit({})).status, (await visit({})).text], [403, '{"message":"Forbidden"}']);
  room.stage.keys.set('AKIAKNOWN', {
    secret: 's',
    principal: { account: '0', arn: 'a', userId: 'u', accessKeyId: 'AKIAKNOWN', kind: 'root' },
  });
  assert.equal((await visit(claims('AKIAKNOWN', 'execute-api'))).status, 403);
  room.stage.allowed = (_, action) => action !== 'execute-api:Invoke';
  assert.equal((await visit(claims('000000000000', 'execute-api'))).status, 403);
  room.stage.allowed = () => true;
});
