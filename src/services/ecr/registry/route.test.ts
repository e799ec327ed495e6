import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digestOf, type EcrRoom, imageOf, OCI_MANIFEST, openEcr } from '../../../../test/support/ecr-room.ts';
import { ACCOUNT, OTHER, rootOf } from '../../../../test/support/s3-room.ts';
import { uploads } from '../collections.ts';

const KNOWN = { secret: 'SECRET', principal: { ...rootOf(OTHER), accessKeyId: 'AKIA' } };
let room: EcrRoom;
before(async () => {
  room = await openEcr({ keys: { AKIA: KNOWN }, settings: { layerBytes: 1000 } });
  await room.call('CreateRepository', { repositoryName: 'team/app' });
});
after(() => room.close());

const login = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const code = (answer: { readonly json: { errors?: { code: string }[] } }) => answer.json.errors?.[0]?.code;
const blobs = '/v2/team/app/blobs';

test('who brings nothing is challenged, and gets a session where no token is asked for', async () => {
  const nobody = { headers: { authorization: undefined as never } };
  const ping = await room.ask('GET', '/v2/', nobody);
  assert.equal(ping.status, 401);
  assert.equal(ping.headers['www-authenticate'], 'Bearer realm="http://127.0.0.1:4566/v2/token",service="dalamb"');
  assert.equal(code(ping), 'UNAUTHORIZED');
  const { json } = await room.ask('GET', '/v2/token?service=dalamb', nobody);
  const headers = { authorization: `Bearer ${json.token}` };
  assert.deepEqual((await room.ask('GET', '/v2/_catalog', { headers })).json, { repositories: ['team/app'] });
  assert.equal((await room.ask('GET', '/v2/token', { ...nobody, trusted: false })).status, 401);
  await room.clock.advance(3_600_000);
  assert.equal((await room.ask('GET', '/v2/', { headers })).status, 401);
});

test('a login is a key and its secret; unknown keys are accounts where that is so everywhere', async () => {
  const catalog = async (headers: Record<string, string>, trusted = true) => {
    const { status, json } = await room.ask('GET', '/v2/_catalog', { headers, trusted });
    return status === 200 ? json.repositories : status;
  };
  assert.deepEqual(await catalog(login('test', 'x')), ['team/app']);
  assert.deepEqual(await catalog(login(OTHER, 'x')), []);
  assert.equal(await catalog(login('test', 'x'), false), 401);
  assert.deepEqual(await catalog(login('AKIA', 'SECRET'), false), []);
  assert.equal(await catalog(login('AKIA', 'SECREt')), 401);
  assert.equal(await catalog(login('AWS', 'made up')), 401);
  assert.equal(await catalog({ authorization: 'Bearer made.up' }), 401);
  assert.equal(await catalog({ authorization: 'Basic ????' }), 401);
  const token = room.deps.box.seal(
    JSON.stringify({ principal: rootOf(ACCOUNT), region: 'us-east-1', expires: 1e15 }),
    'ecr.link',
  );
  assert.equal(await catalog({ authorization: `Bearer ${token}` }), 401, 'a link is no session');
});

test('in mode strict no unknown key is anybody', async () => {
  const strict = await openEcr({ settings: { mode: 'strict', behindProxy: true } });
  const answer = await strict.ask('GET', '/v2/', { headers: login('test', 'x') });
  assert.match(answer.headers['www-authenticate']!, /realm="https:/);
  assert.equal(answer.status, 401);
  await strict.close();
});

test('a blob is sent in parts, and read whole, in part and not at all', async () => {
  const [first, second] = [Buffer.from('0123456789'), Buffer.from('abc')];
  const digest = digestOf(Buffer.concat([first, second]));
  const begun = await room.ask('POST', `${blobs}/uploads/`);
  assert.equal(begun.status, 202);
  const at = begun.headers.location!;
  const patched = await room.ask('PATCH', at, { body: first, headers: { 'content-range': '0-9' } });
  assert.deepEqual([patched.status, patched.headers.range], [202, '0-9']);
  const wrong = await room.ask('PATCH', at, { body: second, headers: { 'content-range': '5-7' } });
  assert.deepEqual([wrong.status, code(wrong)], [416, 'BLOB_UPLOAD_INVALID']);
  assert.deepEqual((await room.ask('GET', at)).headers.range, '0-9');
  const lie = await room.ask('PUT', `${at}?digest=${digestOf('lie')}`);
  assert.deepEqual([lie.status, code(lie)], [400, 'DIGEST_INVALID']);
  assert.equal(code(await room.ask('PUT', `${at}?digest=sha512:00`)), 'DIGEST_INVALID');
  const put = await room.ask('PUT', `${at}?digest=${digest}`, { body: second });
  assert.deepEqual([put.status, put.headers['docker-content-digest']], [201, digest]);
  const head = await room.ask('HEAD', `${blobs}/${digest}`);
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '13', 0]);
  assert.equal(String((await room.ask('GET', `${blobs}/${digest}`)).body), '0123456789abc');
  const part = await room.ask('GET', `${blobs}/${digest}`, { headers: { range: 'bytes=8-10' } });
  assert.deepEqual([part.status, String(part.body), part.headers['content-range']], [206, '89a', 'bytes 8-10/13']);
  assert.equal((await room.ask('GET', `${blobs}/${digest}`, { headers: { range: 'bytes=13-' } })).status, 416);
  assert.equal(code(await room.ask('GET', `${blobs}/${digestOf('none')}`)), 'BLOB_UNKNOWN');
  assert.equal(code(await room.ask('PUT', `${at}?digest=${digest}`)), 'BLOB_UPLOAD_UNKNOWN');
});

test('an upload is given up; one that is too large is refused', async () => {
  const { headers } = await room.ask('POST', `${blobs}/uploads/`);
  const large = await room.ask('PATCH', headers.location!, { body: Buffer.alloc(1001) });
  assert.deepEqual([large.status, code(large)], [413, 'SIZE_INVALID']);
  assert.equal((await room.ask('PATCH', headers.location!, { body: Buffer.alloc(600) })).status, 202);
  assert.equal((await room.ask('PATCH', headers.location!, { body: Buffer.alloc(600) })).status, 413);
  assert.equal((await room.ask('DELETE', headers.location!)).status, 204);
  assert.equal((await room.ask('GET', headers.location!)).status, 404);
});

test('a blob that is sent at once and is another leaves no upload', async () => {
  const lie = `${blobs}/uploads/?digest=${digestOf('lie')}`;
  assert.equal(code(await room.ask('POST', lie, { body: Buffer.from('truth') })), 'DIGEST_INVALID');
  assert.equal(code(await room.ask('POST', `${blobs}/uploads/?digest=sha256:00`, { body: Buffer.from('x') })), 'DIGEST_INVALID');
  assert.deepEqual((await room.store.read.range(uploads, { limit: 10 })).items, []);
});

test('a layer of another repository of the account is mounted, of another account never', async () => {
  await room.call('CreateRepository', { repositoryName: 'mounts' });
  const image = await room.push('team/app', { tag: 'mounted', layers: [Buffer.from('to mount')] });
  const digest = digestOf(image.layers[0]!);
  const mount = (from: string, headers?: Record<string, string>) =>
    room.ask('POST', `/v2/mounts/blobs/uploads/?mount=${digest}&from=${from}`, headers ? { headers } : {});
  assert.equal((await mount('none')).status, 202);
  assert.equal((await mount('team/app')).status, 201);
  assert.equal((await room.ask('HEAD', `/v2/mounts/blobs/${digest}`)).status, 200);
  await room.call('CreateRepository', { repositoryName: 'mounts' }, { account: OTHER });
  assert.equal((await mount('team/app', login(OTHER, 'x'))).status, 202);
});

test('a manifest is put, read by tag and digest, and deleted', async () => {
  const image = await room.push('team/app', { tag: 'v1' });
  const at = '/v2/team/app/manifests';
  const read = await room.ask('GET', `${at}/v1`);
  assert.deepEqual(
    [String(read.body), read.headers['content-type'], read.headers['docker-content-digest']],
    [image.manifest, OCI_MANIFEST, image.digest],
  );
  const head = await room.ask('HEAD', `${at}/${image.digest}`);
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, String(image.manifest.length), 0]);
  assert.equal((await room.ask('DELETE', `${at}/v1`)).status, 202);
  assert.equal(code(await room.ask('GET', `${at}/v1`)), 'MANIFEST_UNKNOWN');
  assert.equal((await room.ask('HEAD', `${at}/${image.digest}`)).status, 200);
  assert.equal((await room.ask('DELETE', `${at}/${image.digest}`)).status, 202);
  assert.equal((await room.ask('DELETE', `${at}/${image.digest}`)).status, 404);
});

test('manifests that lie, lack something or are none are refused', async () => {
  const put = async (reference: string, text: string, type = OCI_MANIFEST) => {
    const answer = await room.ask('PUT', `/v2/team/app/manifests/${reference}`, {
      body: Buffer.from(text),
      headers: { 'content-type': type },
    });
    return [answer.status, code(answer)];
  };
  const { manifest } = await room.push('team/app', { tag: 'whole' });
  assert.deepEqual(await put(digestOf('lie'), manifest), [400, 'DIGEST_INVALID']);
  assert.deepEqual(await put('x', '{'), [400, 'MANIFEST_INVALID']);
  assert.deepEqual(await put('x', manifest, 'text/plain'), [400, 'MANIFEST_INVALID']);
  assert.deepEqual(await put('x', imageOf([Buffer.from('not there')]).manifest), [404, 'MANIFEST_BLOB_UNKNOWN']);
  assert.deepEqual(await put('-x', manifest), [404, 'MANIFEST_UNKNOWN']);
  const latin = Buffer.from(manifest.replace('{', '{"é":1,'), 'latin1');
  const answer = await room.ask('PUT', '/v2/team/app/manifests/latin', {
    body: latin,
    headers: { 'content-type': OCI_MANIFEST },
  });
  assert.deepEqual([answer.status, code(answer)], [400, 'MANIFEST_INVALID'], 'its digest would be that of something else');
});

test('tags and repositories are listed in pages', async () => {
  for (const tag of ['1', '2', '3']) await room.push('pages', { tag });
  const first = await room.ask('GET', '/v2/pages/tags/list?n=2');
  assert.deepEqual(first.json, { name: 'pages', tags: ['1', '2'] });
  assert.equal(first.headers.link, '</v2/pages/tags/list?n=2&last=2>; rel="next"');
  const second = await room.ask('GET', '/v2/pages/tags/list?n=2&last=2');
  assert.deepEqual([second.json.tags, second.headers.link], [['3'], undefined]);
  for (const n of ['-1', '1.5', 'x', '']) {
    assert.equal(code(await room.ask('GET', `/v2/pages/tags/list?n=${n}`)), 'PAGINATION_NUMBER_INVALID', n);
  }
  const none = await room.ask('GET', '/v2/pages/tags/list?n=0');
  assert.deepEqual([none.json, none.headers.link], [{ name: 'pages', tags: [] }, undefined]);
  assert.equal(code(await room.ask('GET', '/v2/none/tags/list')), 'NAME_UNKNOWN');
  assert.equal((await room.ask('GET', '/v2/_catalog?n=1')).json.repositories.length, 1);
});

test('what is no repository, no method and not offered', async () => {
  assert.equal(code(await room.ask('GET', '/v2/UPPER/tags/list')), 'NAME_INVALID');
  assert.equal(code(await room.ask('POST', '/v2/none/blobs/uploads/')), 'NAME_UNKNOWN');
  const wrong = await room.ask('POST', `${blobs}/${digestOf('x')}`);
  assert.deepEqual([wrong.status, wrong.headers.allow, code(wrong)], [405, 'GET, HEAD', 'UNSUPPORTED']);
  assert.equal((await room.ask('GET', `/v2/team/app/referrers/${digestOf('x')}`)).status, 404);
});

test('API Gateway’s paths are none of the registry’s', () => {
  const { covers } = room.registry;
  for (const path of ['/v2/apis', '/v2/apis/x/routes/y', '/v2/tags/arn:aws:x', '/v2/domainnames/a'])
    assert.ok(!covers!(path), path);
  for (const path of ['/v2/', '/v2/token', '/v2/_catalog', '/v2/a/tags/list', '/v2/a/b/blobs/uploads/', '/v2/a/manifests/1'])
    assert.ok(covers!(path), path);
});

test('who is no root asks IAM, for each repository and action', async () => {
  const asked: string[] = [];
  let refusing = 'ecr:PutImage';
  const own = await openEcr({
    decide: (action, resource) => {
      asked.push(`${action} ${resource.split('/').at(-1)}`);
      return action !== refusing;
    },
    keys: { ASIA: { secret: 'S', principal: { ...rootOf(ACCOUNT), kind: 'role', accessKeyId: 'ASIA' } } },
  });
  await own.push('judged', { tag: '1' });
  const headers = { ...login('ASIA', 'S'), 'content-type': OCI_MANIFEST };
  assert.equal((await own.ask('GET', '/v2/judged/manifests/1', { headers })).status, 200);
  const denied = await own.ask('PUT', '/v2/judged/manifests/2', { headers, body: Buffer.from(imageOf().manifest) });
  assert.deepEqual([denied.status, code(denied)], [403, 'DENIED']);
  assert.deepEqual(asked, ['ecr:BatchGetImage judged', 'ecr:PutImage judged']);
  const layer = digestOf(imageOf().layers[0]!);
  assert.equal((await own.ask('HEAD', `/v2/judged/blobs/${layer.replace(':', '%3A')}`, { headers })).status, 200);
  refusing = 'ecr:GetDownloadUrlForLayer';
  await own.call('CreateRepository', { repositoryName: 'mounting' });
  const mount = `/v2/mounting/blobs/uploads/?mount=${layer}&from=judged`;
  assert.equal((await own.ask('POST', mount, { headers })).status, 202, 'what may not be read is sent instead');
  await own.close();
});
