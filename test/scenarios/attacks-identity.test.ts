import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { createSecretBox } from '../../src/kernel/index.ts';
import { type Attacker, answerOf, startVictims, type Victims } from '../support/attacks.ts';
import { createRole } from '../support/deploy.ts';
import { ociMissing } from '../support/invoke-room.ts';

function processesBelow(pid: number): number[] {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return [pid, ...children];
}

/** 0 for a process that has gone. */
function residentMiB(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

interface Heard {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

/** Signs as SDKs do (SigV4, header form) with whatever keys; a function brings it along, since attackers write their own clients. */
const CLIENT = `
const { createHash, createHmac } = require('node:crypto');
const http = require('node:http');
const hash = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, data) => createHmac('sha256', key).update(data).digest();
const send = ({ host = '127.0.0.1', port = 4566, method, path, headers, body }) => new Promise((resolve, reject) => {
  const request = http.request({ host, port, method, path, headers, timeout: 5000 }, (response) => {
    let text = '';
    response.on('data', (d) => { text += d; }).on('end', () => resolve({ status: response.statusCode, type: response.headers['x-amzn-errortype'] ?? null, text }));
  });
  request.on('error', reject).on('timeout', () => request.destroy(new Error('timeout')));
  request.end(body);
});
const own = () => ({ id: process.env.AWS_ACCESS_KEY_ID, secret: process.env.AWS_SECRET_ACCESS_KEY, token: process.env.AWS_SESSION_TOKEN });
const aws = (service, { method = 'POST', path = '/', body = '', headers = {}, keys = own(), tamper = (h) => h, now = new Date() }) => {
  const date = now.toISOString().replace(/[-:]|\\.\\d+/g, '');
  const all = { host: '127.0.0.1:4566', 'x-amz-date': date, 'x-amz-content-sha256': hash(body), ...headers };
  if (keys?.token) all['x-amz-security-token'] = keys.token;
  if (keys) {
    const names = Object.keys(all).sort();
    const [route, query = ''] = path.split('?');
    const canonical = [method, route, query, ...names.map((n) => n + ':' + all[n]), '', names.join(';'), hash(body)].join('\\n');
    const scope = date.slice(0, 8) + '/us-east-1/' + service + '/aws4_request';
    const toSign = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\\n');
    let key = 'AWS4' + keys.secret;
    for (const part of scope.split('/')) key = hmac(key, part);
    all.authorization = 'AWS4-HMAC-SHA256 Credential=' + keys.id + '/' + scope + ', SignedHeaders=' + names.join(';') + ', Signature=' + hmac(key, toSign).toString('hex');
  }
  return send({ method, path, headers: tamper(all), body });
};
const whoami = (more = {}) => aws('sts', { body: 'Action=GetCallerIdentity&Version=2011-06-15', headers: { 'content-type': 'application/x-www-form-urlencoded' }, ...more });
const list = (more = {}) => aws('lambda', { method: 'GET', path: '/2015-03-31/functions/', ...more });
const buckets = (more = {}) => aws('s3', { method: 'GET', path: '/', ...more });
const invoke = (name, more = {}) => aws('lambda', { path: '/2015-03-31/functions/' + name + '/invocations', body: '{"n":1}', ...more });
`;

suite('functions that pretend to be someone else', { skip: ociMissing ?? false, timeout: 120_000 }, () => {
  let victims: Victims;
  let mallory: Attacker;
  let stolen: { id: string; secret: string; token: string };
  const run = async <T>(code: string) => answerOf<T>(await victims.beside(() => mallory(`${CLIENT}\n${code}`)));

  before(async () => {
    victims = await startVictims();
    const { of } = victims;
    const admin = await createRole(of, 'admin', ['AdministratorAccess']);
    const [rich] = await Promise.all([
      victims.attacker('rich', { Role: admin }),
      victims
        .attacker('mallory', { Role: await createRole(of, 'mallory', ['service-role/AWSLambdaBasicExecutionRole']) })
        .then((attacker) => {
          mallory = attacker;
        }),
    ]);
    stolen = answerOf(
      await rich(
        'return { id: process.env.AWS_ACCESS_KEY_ID, secret: process.env.AWS_SECRET_ACCESS_KEY, token: process.env.AWS_SESSION_TOKEN }',
      ),
    );
    answerOf(await rich(`${CLIENT}; const r = await list(); if (r.status !== 200) throw new Error(r.text)`));
  });
  after(() => victims?.stop());

  test('with its own credentials it is its role, and that is all', async () => {
    const me = await run<Heard>('return whoami()');
    assert.equal(me.status, 200);
    assert.match(me.text, /<Arn>arn:aws:sts::000000000000:assumed-role\/mallory\/mallory<\/Arn>/);
  });

  test('without or with invented credentials it is refused, in the form of each service', async () => {
    const inventions = {
      unsigned: 'null',
      test: `{ id: 'test', secret: 'test' }`,
      account: `{ id: '000000000000', secret: 'test' }`,
      'another account': `{ id: '123456789012', secret: 'x' }`,
      'a made-up key': `{ id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }`,
      'a made-up session': `{ id: 'ASIAIOSFODNN7EXAMPLE', secret: 'x', token: 'forged' }`,
      'its own key without the token': `{ ...own(), token: undefined }`,
      'its own key with a changed token': `{ ...own(), token: own().token.slice(0, 40) + (own().token[40] === 'A' ? 'B' : 'A') + own().token.slice(41) }`,
      'its own token cut': `{ ...own(), token: own().token.slice(0, -4) }`,
      'its own token for another key': `{ ...own(), id: 'ASIAIOSFODNN7EXAMPLE' }`,
      stolen: JSON.stringify(stolen),
    };
    for (const [what, keys] of Object.entries(inventions)) {
      const [sts, lambda, s3] = await run<[Heard, Heard, Heard]>(
        `const keys = ${keys}; return Promise.all([whoami({ keys }), list({ keys }), buckets({ keys })])`,
      );
      const unsigned = what === 'unsigned';
      assert.deepEqual([sts.status, lambda.status, s3.status], [403, 403, 403], `${what}: ${JSON.stringify([sts, lambda, s3])}`);
      assert.match(
        sts.text,
        unsigned
          ? /<Code>MissingAuthenticationToken<\/Code>/
          : /<Code>InvalidClientTokenId<\/Code>.*The security token included in the request is invalid/s,
        what,
      );
      assert.match(lambda.type!, unsigned ? /^MissingAuthenticationTokenException/ : /^UnrecognizedClientException/, what);
      assert.match(s3.text, unsigned ? /<Code>AccessDenied<\/Code>/ : /<Code>InvalidAccessKeyId<\/Code>/, what);
    }
  });

  test('a changed, replayed or stale request of its own is refused', async () => {
    const [wrong, body, moved, late] = await run<Heard[]>(`return Promise.all([
      whoami({ keys: { ...own(), secret: 'guess' } }),
      whoami({ tamper: (h) => ({ ...h, 'x-amz-content-sha256': hash('other') }) }),
      invoke('neighbour', { tamper: (h) => ({ ...h, host: 'lambda.example.com' }) }),
      whoami({ now: new Date(Date.now() - 3600e3) }),
    ])`);
    for (const heard of [wrong, body, moved, late]) assert.equal(heard!.status, 403, JSON.stringify(heard));
    assert.match(wrong!.text, /<Code>SignatureDoesNotMatch<\/Code>/);
    assert.match(late!.text, /<Code>RequestExpired<\/Code>.*Signature expired/s);
  });

  test('a session that has expired is named so, even one that the platform itself sealed', async () => {
    const { directory } = victims.platform;
    const [id, key] = fs
      .readFileSync(path.join(path.dirname(directory), `.${path.basename(directory)}.dalamb-key`), 'utf8')
      .trim()
      .split('\n')
      .at(-1)!
      .split(' ') as [string, string];
    const { Role } = await victims.of.iam.getRole({ RoleName: 'mallory' });
    const session = (expires: number) => {
      const claims = {
        account: '000000000000',
        accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
        secret: 'known',
        issued: 0,
        expires,
        role: { name: 'mallory', id: Role!.RoleId, arn: Role!.Arn, session: 'old' },
      };
      return JSON.stringify({
        id: claims.accessKeyId,
        secret: claims.secret,
        token: createSecretBox([{ id, key: Buffer.from(key, 'hex') }]).seal(JSON.stringify(claims), 'sts.session'),
      });
    };
    const ask = (keys: string) =>
      run<[Heard, Heard, Heard]>(
        `const keys = ${keys}; return Promise.all([whoami({ keys }), list({ keys }), buckets({ keys })])`,
      );
    assert.equal((await ask(session(Date.now() + 60_000)))[0].status, 200, 'the same session while it holds');
    const [sts, lambda, s3] = await ask(session(Date.now() - 1000));
    assert.deepEqual([sts.status, lambda.status, s3.status], [403, 403, 400]);
    assert.match(sts.text, /<Code>ExpiredToken<\/Code><Message>The security token included in the request is expired/);
    assert.match(lambda.type!, /^ExpiredTokenException/);
    assert.match(s3.text, /<Code>ExpiredToken<\/Code>/);
  });

  test('the policies of its role are asked each time, and a change takes effect', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:neighbour';
    const who = 'arn:aws:sts::000000000000:assumed-role/mallory/mallory';
    const denied = await run<Heard>(`return invoke('neighbour')`);
    assert.equal(denied.status, 403);
    assert.match(denied.type!, /^AccessDeniedException/);
    assert.equal(
      (JSON.parse(denied.text) as { Message: string }).Message,
      `User: ${who} is not authorized to perform: lambda:InvokeFunction on resource: ${arn} because no identity-based policy allows the lambda:InvokeFunction action`,
    );
    const { iam } = victims.of;
    const allow = (Effect: string) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action: 'lambda:InvokeFunction', Resource: arn }] });
    await iam.putRolePolicy({ RoleName: 'mallory', PolicyName: 'friends', PolicyDocument: allow('Allow') });
    const allowed = await run<Heard>(`return invoke('neighbour')`);
    assert.deepEqual([allowed.status, JSON.parse(allowed.text).echo], [200, 1]);
    assert.equal((await run<Heard>(`return invoke('rich')`)).status, 403, 'only what was allowed');
    await iam.putRolePolicy({ RoleName: 'mallory', PolicyName: 'no', PolicyDocument: allow('Deny') });
    const forbidden = await run<Heard>(`return invoke('neighbour')`);
    assert.match(
      forbidden.text,
      /is not authorized to perform: lambda:InvokeFunction on resource: .* with an explicit deny in an identity-based policy/,
    );
    await iam.deleteRolePolicy({ RoleName: 'mallory', PolicyName: 'no' });
    await iam.deleteRolePolicy({ RoleName: 'mallory', PolicyName: 'friends' });
    assert.equal((await run<Heard>(`return invoke('neighbour')`)).status, 403);
  });

  test('it cannot raise itself: roles, policies, keys, code, logs of others, buckets', async () => {
    const query = (service: string, text: string) =>
      `aws('${service}', { body: '${text}', headers: { 'content-type': 'application/x-www-form-urlencoded' } })`;
    const logs = (operation: string, input: object) =>
      `aws('logs', { body: ${JSON.stringify(JSON.stringify(input))}, headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.${operation}' } })`;
    const heard = await run<Heard[]>(`return Promise.all([
      ${query('iam', 'Action=AttachRolePolicy&Version=2010-05-08&RoleName=mallory&PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess')},
      ${query('iam', 'Action=CreateAccessKey&Version=2010-05-08')},
      ${query('iam', 'Action=UpdateAssumeRolePolicy&Version=2010-05-08&RoleName=admin&PolicyDocument=%7B%7D')},
      ${query('sts', 'Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::000000000000:role/admin&RoleSessionName=xx')},
      ${logs('FilterLogEvents', { logGroupName: '/aws/lambda/neighbour' })},
      list(), buckets(),
      aws('lambda', { method: 'GET', path: '/2015-03-31/functions/neighbour' }),
      aws('lambda', { method: 'PUT', path: '/2015-03-31/functions/neighbour/code', body: '{"ZipFile":""}' }),
      aws('lambda', { method: 'DELETE', path: '/2015-03-31/functions/neighbour' }),
      aws('s3', { method: 'PUT', path: '/a-new-bucket' }),
    ])`);
    for (const { status, text, type } of heard) {
      assert.ok(status === 403 || (status === 400 && type?.startsWith('AccessDenied') !== false), `${status} ${text}`);
      assert.match(`${type} ${text}`, /AccessDenied/);
      assert.match(text, /is not authorized to perform|Access Denied/);
    }
    // its own log it may write: the same door, an allowed action
    const [, own] = await run<Heard[]>(
      `return [await ${logs('CreateLogGroup', { logGroupName: '/aws/lambda/mallory' })}, await ${logs('CreateLogStream', { logGroupName: '/aws/lambda/mallory', logStreamName: 'mine' })}]`,
    );
    assert.equal(own!.status, 200, own!.text);
  });

  test('the platform itself is not there: no control API, no console, no other port', async () => {
    for (const path of [
      '/_dalamb/api/functions',
      '/_dalamb/api/usage',
      '/_dalamb/health',
      '/_dalamb/metrics',
      '/_dalamb/url/x/',
      '/_localstack/health',
      '/%5fdalamb/api/functions',
      '//_dalamb/api/functions',
      '/./_dalamb/health',
      '/x/../_dalamb/health',
      'http://127.0.0.1:4566/_dalamb/health',
      '*',
      '/_',
    ]) {
      const heard = await run<Heard>(
        `return send({ method: 'GET', path: ${JSON.stringify(path)}, headers: { host: '127.0.0.1:4566' } })`,
      );
      assert.ok(heard.status >= 400 && heard.status < 500, `${path}: ${heard.status} ${heard.text}`);
      assert.doesNotMatch(heard.text, /"status":"ok"|dalamb_|neighbour/, path);
    }
    const signed = await run<Heard>(`return aws('lambda', { method: 'GET', path: '/_dalamb/api/functions' })`);
    assert.equal(signed.status, 403);
    const url = await run<Heard>(
      `return send({ method: 'GET', path: '/', headers: { host: 'abc.lambda-url.us-east-1.localhost' } })`,
    );
    assert.ok(url.status >= 400 && url.status < 500, url.text);
    const raw = await run<string>(
      `return new Promise((resolve) => { const s = require('net').connect(4566, '127.0.0.1'); let text = ''; s.on('data', (d) => { text += d; }).on('close', () => resolve(text)).on('error', () => resolve(text)); s.end('GET / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 5\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\nGET /_dalamb/health HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n'); })`,
    );
    assert.match(raw, /^HTTP\/1\.1 400 /);
    assert.doesNotMatch(raw, /"status"/);
  });

  test('nor by HTTP/2, by the links of topics or by forms', async () => {
    const seen = await run<Record<string, string>>(`
      const http2 = require('node:http2');
      const ask = (path, more = {}, body = undefined) => new Promise((resolve) => {
        const session = http2.connect('http://127.0.0.1:4566').on('error', (error) => resolve(error.message));
        let text = '', status;
        const stream = session.request({ ':path': path, ...more }).on('response', (head) => { status = head[':status']; });
        stream.on('error', (error) => resolve(error.message)).on('data', (data) => { text += data; });
        stream.on('end', () => { session.close(); resolve(status + ' ' + (/<Code>(\\w+)/.exec(text)?.[1] ?? text)); });
        stream.end(body);
      });
      const form = '--x\\r\\nContent-Disposition: form-data; name="key"\\r\\n\\r\\nk\\r\\n--x\\r\\nContent-Disposition: form-data; name="file"; filename="f"\\r\\n\\r\\nx\\r\\n--x--\\r\\n';
      return {
        control: await ask('/_dalamb/api/keys'),
        hook: await ask('/_dalamb/hooks/x', { ':method': 'POST' }, '{}'),
        api: await ask('/', { ':authority': 'x.execute-api.us-east-1.localhost:4566' }),
        link: await ask('/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:000000000000:t:x'),
        form: await ask('/bucket', { ':method': 'POST', 'content-type': 'multipart/form-data; boundary=x' }, form),
      };`);
    assert.deepEqual(seen, {
      control: '403 NoSuchRoute',
      hook: '403 NoSuchRoute',
      api: '403 AccessDenied',
      link: '403 MissingAuthenticationToken',
      form: '403 AccessDenied',
    });
  });

  test('calls of the Runtime API for a request that is not its own are refused, and its own is its own', async () => {
    const heard = await run<(Heard & { what: string })[]>(`
      const api = (method, path, body = '', headers = {}) => send({ host: '169.254.100.1', port: 9001, method, path: '/2018-06-01' + path, body, headers }).then((r) => ({ what: method + ' ' + path.slice(0, 80), ...r }));
      const other = '00000000-0000-4000-8000-000000000000';
      return Promise.all([
        api('POST', '/runtime/invocation/' + other + '/response', '"forged"'),
        api('POST', '/runtime/invocation/' + other + '/error', '{}'),
        api('POST', '/runtime/invocation/' + context.awsRequestId + 'x/response', '"forged"'),
        api('POST', '/runtime/invocation//response', '"forged"'),
        api('POST', '/runtime/invocation/../init/error', '{}'),
        api('POST', '/runtime/invocation/' + 'a'.repeat(4000) + '/response', ''),
        api('POST', '/runtime/init/error', '{}'),
        api('GET', '/nothing'), api('PUT', '/runtime/invocation/next'), api('GET', '/../_dalamb/health'),
      ])`);
    for (const { what, status, text } of heard) assert.ok(status >= 400 && status < 500, `${what}: ${status} ${text}`);
    for (const { status, text } of heard.slice(0, 3)) {
      assert.equal(status, 400);
      assert.match(text, /"errorType":"InvalidRequestID"/);
    }
    const again = await run<number>('return 4');
    assert.equal(again, 4);
  });

  test('the memory of the platform is not there for the taking', async () => {
    const server = () => Math.max(...processesBelow(victims.platform.pid).map(residentMiB));
    const before = server();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, server());
    }, 50);
    const refused = await run<number>(`
      const size = 69e6, chunk = Buffer.alloc(1 << 20, 32);
      const probe = { method: 'POST', path: '/2015-03-31/functions', headers: { 'content-length': String(size), 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } };
      const signed = await new Promise((resolve) => aws('lambda', { ...probe, headers: {}, tamper: (h) => { resolve(h); return h; } }).catch(() => {}));
      let refused = 0;
      const all = Array.from({ length: 40 }, () => new Promise((resolve) => {
        const request = http.request({ host: '127.0.0.1', port: 4566, method: 'POST', path: '/2015-03-31/functions', headers: { ...signed, 'content-length': size } }, (response) => { if (response.statusCode === 429) refused++; response.resume().on('end', resolve); });
        request.on('error', resolve).on('close', resolve);
        let sent = 0;
        const more = () => { while (sent < 50) { sent++; if (!request.write(chunk)) return request.once('drain', more); } };
        more();
        setTimeout(() => request.destroy(), 3000);
      }));
      await Promise.all(all); return refused`);
    clearInterval(watch);
    assert.ok(refused > 30, `${refused} of 40 were told to come later`);
    assert.ok(most - before < 500, `the server grew from ${before} to ${most} MiB`);
  });

  test('stolen credentials are good for nothing in another sandbox, not even to be exchanged', async () => {
    const heard = await run<Heard>(
      `return aws('sts', { keys: ${JSON.stringify(stolen)}, body: 'Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::000000000000:role/mallory&RoleSessionName=xx', headers: { 'content-type': 'application/x-www-form-urlencoded' } })`,
    );
    assert.equal(heard.status, 403);
    assert.match(heard.text, /InvalidClientTokenId/);
    await victims.of.iam.deleteRole({ RoleName: 'mallory' }).catch(() => {}); // still has its policy: refused
    assert.equal((await run<Heard>('return whoami()')).status, 200);
  });
});
