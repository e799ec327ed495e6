import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { after, before, test } from 'node:test';
import type { Principal, SandboxCaller } from '../model/index.ts';
import { ask, claims, openStage, type Stage } from './gateway.fixture.ts';

let stage: Stage;
let inside: net.Server;
let port: number;

const caller: SandboxCaller = {
  environment: 'env-1',
  place: { account: '000000000000', region: 'us-east-1' },
  role: 'arn:aws:iam::000000000000:role/mine',
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
  invocation: () => 'invocation-7',
};

before(async () => {
  stage = await openStage();
  inside = net.createServer((socket) => stage.gateway.serveSandbox(socket, caller));
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  port = (inside.address() as net.AddressInfo).port;
});
after(async () => {
  inside.close();
  await stage.close();
});

function issue(id: string, roleName: string, more: { environment?: string; expiration?: number } = {}): void {
  const arn = `arn:aws:iam::000000000000:role/${roleName}`;
  const principal: Principal = {
    account: '000000000000',
    arn: `arn:aws:sts::000000000000:assumed-role/${roleName}/f`,
    userId: 'AROA:f',
    accessKeyId: id,
    kind: 'role',
    role: { name: roleName, id: 'AROA', arn, session: 'f' },
    environment: more.environment,
  };
  stage.keys.set(id, { secret: 'secret', principal, expiration: more.expiration });
}

/** SigV4 by hand, for sts:GetCallerIdentity. */
function whoami(id: string, secret = 'secret') {
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${date.slice(0, 8)}/us-east-1/sts/aws4_request`;
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const host = `127.0.0.1:${port}`;
  const canonical = `POST\n/\n\nhost:${host}\nx-amz-date:${date}\n\nhost;x-amz-date\n${sha(body)}`;
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = [date.slice(0, 8), 'us-east-1', 'sts', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha(canonical)}`).toString('hex');
  const headers = {
    host,
    'x-amz-date': date,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
    authorization: `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  };
  return { method: 'POST', headers, body };
}

test('credentials of the sandbox’s role are accepted, and tied to the invocation that used them', async () => {
  issue('ASIAMINE', 'mine');
  const reply = await ask(port, whoami('ASIAMINE'));
  assert.match(reply.text, /assumed-role\/mine\/f/);
  assert.equal(stage.calls.at(-1)!.context.cause, 'invocation-7');
});

test('a session that this environment obtained is accepted, the same of another environment is not', async () => {
  issue('ASIAASSUMED', 'other', { environment: 'env-1' });
  issue('ASIASTOLEN', 'other', { environment: 'env-2' });
  assert.equal((await ask(port, whoami('ASIAASSUMED'))).status, 200);
  assert.match((await ask(port, whoami('ASIASTOLEN'))).text, /InvalidClientTokenId/);
});

test('nobody, unknown keys, accounts by digits, forged signatures, expired sessions and roots are refused', async () => {
  issue('ASIAOLD', 'mine', { expiration: Date.now() - 1 });
  stage.keys.set('AKIAROOT', {
    secret: 'secret',
    principal: { account: '000000000000', arn: 'a', userId: 'u', accessKeyId: 'AKIAROOT', kind: 'root' },
  });
  const before = stage.calls.length;
  assert.match((await ask(port, whoami('test'))).text, /InvalidClientTokenId/);
  assert.match((await ask(port, whoami('123456789012'))).text, /InvalidClientTokenId/);
  assert.match((await ask(port, whoami('AKIAROOT'))).text, /InvalidClientTokenId/);
  assert.match((await ask(port, whoami('ASIAMINE', 'guess'))).text, /SignatureDoesNotMatch/);
  assert.match((await ask(port, whoami('ASIAOLD'))).text, /ExpiredToken/);
  assert.match((await ask(port, { path: '/b/k' })).text, /AccessDenied/);
  assert.match((await ask(port, { path: '/b/k', headers: claims('test', 's3') })).text, /InvalidAccessKeyId/);
  assert.equal(stage.calls.length, before);
});

test('the platform’s own paths do not exist inside', async () => {
  for (const path of [
    '/_dalamb/api/status',
    '/_dalamb/metrics',
    '/_dalamb/health',
    '/_dalamb/url/abc/',
    '/_localstack/health',
    '/_x',
  ])
    assert.equal((await ask(port, { path })).status, 403, path);
});

test('a role may do what its policies say, and is told what they do not', async () => {
  stage.allowed = (_, action) => action !== 'sts:GetCallerIdentity';
  const reply = await ask(port, whoami('ASIAMINE'));
  assert.equal(reply.status, 403);
  assert.match(
    reply.text,
    /is not authorized to perform: sts:GetCallerIdentity on resource: \* because no identity-based policy/,
  );
  stage.allowed = () => true;
});

test('over HTTP/2 the listener names the caller too', async () => {
  issue('ASIAMINE2', 'mine', { environment: 'env-1' });
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const { headers, body } = whoami('ASIAMINE2');
  const { host: _, ...sent } = headers;
  const stream = session.request({ ...sent, ':method': 'POST', ':path': '/', host: `127.0.0.1:${port}` });
  stream.end(body);
  const [answered] = await once(stream, 'response');
  let text = '';
  for await (const chunk of stream) text += chunk;
  session.destroy();
  assert.equal(answered[':status'], 200, text);
  assert.match(text, /assumed-role\/mine/);
  assert.equal(stage.calls.at(-1)!.context.cause, 'invocation-7');
});
