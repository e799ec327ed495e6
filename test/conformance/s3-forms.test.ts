import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
import { noBoto3, runBoto3 } from '../support/boto3.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { type Credentials, PROCESS_DRIVER, sdk } from '../support/sdk.ts';

const Bucket = 'forms';
let platform: Platform;
let key: Credentials;
let aws: ReturnType<typeof sdk>;
before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  const { AccessKey } = await sdk(platform.url).iam.createAccessKey({});
  key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  aws = sdk(platform.url, key);
  await aws.s3.createBucket({ Bucket });
});
after(() => platform?.stop());

type Fields = Record<string, string>;

const presign = (Key: string, more: Partial<PresignedPostOptions> = {}) =>
  createPresignedPost(aws.s3 as never, { Bucket, Key, Expires: 60, ...more });

function formOf(fields: Fields, content: string, name = 'a.txt'): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([content]), name);
  return form;
}

async function post(
  fields: Fields,
  content = 'content',
  { url = `${platform.url}/${Bucket}`, headers = {}, name = 'a.txt' } = {},
) {
  const answer = await fetch(url, { method: 'POST', body: formOf(fields, content, name), headers, redirect: 'manual' });
  const text = await answer.text();
  const told = (element: string) => new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(text)?.[1];
  return { status: answer.status, headers: answer.headers, text, code: told('Code'), message: told('Message'), told };
}

async function stored(Key: string) {
  const got = await aws.s3.getObject({ Bucket, Key });
  return { ...got, text: await got.Body!.transformToString() };
}

test('a form that the SDK signed puts an object with what its fields say', async () => {
  const Fields = {
    'Content-Type': 'text/x',
    'x-amz-meta-colour': 'grün',
    success_action_status: '201',
    tagging: tagging('a b', '1+2=3'),
  };
  const { url, fields } = await presign(`in/$\{filename}`, { Fields, Conditions: [['content-length-range', 1, 100]] });
  assert.equal(url.replace(/\/$/, ''), `${platform.url}/${Bucket}`);
  const posted = await post(fields, 'hello', { name: 'ü b.txt' });
  assert.equal(posted.status, 201, posted.text);
  assert.deepEqual([posted.told('Bucket'), posted.told('Key')], [Bucket, 'in/ü b.txt']);
  assert.equal(posted.told('ETag'), '&#34;5d41402abc4b2a76b9719d911017c592&#34;');
  assert.equal(posted.headers.get('location'), `${platform.url}/${Bucket}/in/%C3%BC%20b.txt`);
  assert.equal(posted.headers.get('content-security-policy'), 'sandbox');
  const got = await stored('in/ü b.txt');
  assert.deepEqual([got.text, got.ContentType, got.Metadata], ['hello', 'text/x', { colour: '=?UTF-8?B?Z3LDvG4=?=' }]);
  const { TagSet } = await aws.s3.getObjectTagging({ Bucket, Key: 'in/ü b.txt' });
  assert.deepEqual(TagSet, [{ Key: 'a b', Value: '1+2=3' }]);
});

function tagging(name: string, value: string): string {
  const tag = `<Tag><Key>${name}</Key><Value>${value}</Value></Tag>`;
  return `<Tagging><TagSet>${tag}</TagSet></Tagging>`;
}

test('204 unless a status or an address is asked for', async () => {
  const { fields } = await presign('plain');
  const plain = await post(fields);
  assert.deepEqual([plain.status, plain.text, plain.headers.get('etag')], [204, '', '"9a0364b9e99bb480dd25e1f0284c8555"']);
  const Fields = { success_action_redirect: 'http://app.example/done?x=1' };
  const followed = await post((await presign('followed', { Fields })).fields);
  const to = new URL(followed.headers.get('location')!);
  assert.deepEqual([followed.status, to.origin, to.pathname], [303, 'http://app.example', '/done']);
  const expected = { x: '1', bucket: Bucket, key: 'followed', etag: '"9a0364b9e99bb480dd25e1f0284c8555"' };
  assert.deepEqual(Object.fromEntries(to.searchParams), expected);
});

test('what the policy does not allow is refused, and nothing is put', async () => {
  const { fields } = await presign('guarded', { Conditions: [['content-length-range', 3, 8]] });
  const refusals = [
    [
      { ...fields, key: 'other' },
      'content',
      403,
      'AccessDenied',
      /^Invalid according to Policy: Policy Condition failed: \["eq", "\$key", "guarded"\]$/,
    ],
    [{ ...fields, acl: 'private' }, 'content', 403, 'AccessDenied', /^Invalid according to Policy: Extra input fields: acl$/],
    [fields, 'too much content', 400, 'EntityTooLarge', /exceeds/],
    [fields, 'no', 400, 'EntityTooSmall', /smaller/],
    [{ ...fields, 'X-Amz-Signature': '0'.repeat(64) }, 'content', 403, 'SignatureDoesNotMatch', /signature/],
    [
      { ...fields, 'X-Amz-Credential': fields['X-Amz-Credential']!.replace(/^\w+/, 'AKIAUNKNOWNUNKNOWN12') },
      'content',
      403,
      'AccessDenied',
      /x-amz-credential/i,
    ],
    [
      { ...fields, 'X-Amz-Signature': '' },
      'content',
      400,
      'InvalidArgument',
      /^Bucket POST must contain a field named 'X-Amz-Signature'\. {2}If it is specified, please check the order of the fields\.$/,
    ],
    [{ ...fields, key: '' }, 'content', 400, 'InvalidArgument', /field named 'key'/],
  ] as const;
  for (const [given, content, status, code, message] of refusals) {
    const refused = await post(given as Fields, content);
    assert.deepEqual([refused.status, refused.code], [status, code], refused.text);
    assert.match(refused.message!.replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&#39;', "'"), message);
  }
  await assert.rejects(aws.s3.headObject({ Bucket, Key: 'guarded' }), { name: 'NotFound' });
});

test('what would not be kept is refused by name, malformed forms too', async () => {
  const acl = await post((await presign('k', { Fields: { acl: 'public-read' } })).fields);
  assert.deepEqual([acl.status, acl.code], [400, 'AccessControlListNotSupported']);
  const cold = await post((await presign('k', { Fields: { 'x-amz-storage-class': 'GLACIER' } })).fields);
  assert.deepEqual([cold.status, cold.code], [501, 'NotImplemented']);
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const broken = await fetch(`${platform.url}/${Bucket}`, { method: 'POST', headers, body: '--b\r\nnonsense' });
  assert.deepEqual([broken.status, /<Code>(.*?)</.exec(await broken.text())?.[1]], [400, 'MalformedPOSTRequest']);
});

test('a large file streams; one that is too large ends early and leaves the connection usable', async () => {
  const content = 'x'.repeat(3_000_000);
  const { fields } = await presign('large', { Conditions: [['content-length-range', 0, 3_000_000]] });
  assert.equal((await post(fields, content)).status, 204);
  assert.equal((await stored('large')).text.length, content.length);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  assert.equal(await postOver(agent, fields, `${content}${content}`), 400);
  assert.equal(await postOver(agent, fields, 'small'), 204);
  agent.destroy();
});

async function postOver(agent: http.Agent, fields: Fields, content: string): Promise<number> {
  const body = Buffer.from(await new Response(formOf(fields, content)).arrayBuffer());
  const boundary = /^--(\S+)/.exec(body.toString('latin1', 0, 200))![1];
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const request = http.request(`${platform.url}/${Bucket}`, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode!));
    });
    request.on('error', reject).end(body);
  });
}

test('foreign pages need a CORS rule; a page may not use the leniency for unknown keys', async () => {
  const { fields } = await presign('page');
  const headers = { origin: 'https://app.example' };
  assert.equal((await post(fields, 'x', { headers })).status, 403);
  const rule = { AllowedMethods: ['POST'], AllowedOrigins: ['https://app.example'] };
  await aws.s3.putBucketCors({ Bucket, CORSConfiguration: { CORSRules: [rule] } });
  const allowed = await post(fields, 'x', { headers });
  assert.deepEqual([allowed.status, allowed.headers.get('access-control-allow-origin')], [204, 'https://app.example']);
  const unknown = sdk(platform.url);
  const lent = await createPresignedPost(unknown.s3 as never, { Bucket, Key: 'lent' });
  assert.equal((await post(lent.fields, 'x')).status, 204, 'a program is let in as everywhere in local mode');
  const paged = await post(lent.fields, 'x', { headers });
  assert.deepEqual([paged.status, paged.code], [403, 'InvalidAccessKeyId']);
  const unsigned = await post({ key: 'unsigned' }, 'x', { headers });
  assert.deepEqual([unsigned.status, unsigned.code], [403, 'AccessDenied']);
});

test('forms of signature version 2, and hosts that name the bucket', async () => {
  const expiration = new Date(Date.now() + 60_000).toISOString();
  const policy = Buffer.from(JSON.stringify({ expiration, conditions: [{ bucket: Bucket }, { key: 'old' }] })).toString('base64');
  const signature = createHmac('sha1', key.secretAccessKey).update(policy).digest('base64');
  const fields = { key: 'old', AWSAccessKeyId: key.accessKeyId, policy, signature };
  assert.equal((await post(fields, 'old')).status, 204);
  assert.equal((await post({ ...fields, signature: `${signature.slice(0, -4)}AAA=` }, 'x')).code, 'SignatureDoesNotMatch');
  const body = Buffer.from(await new Response(formOf(fields, 'by host')).arrayBuffer());
  const boundary = /^--(\S+)/.exec(body.toString('latin1', 0, 200))![1];
  const headers = { host: `${Bucket}.s3.localhost`, 'content-type': `multipart/form-data; boundary=${boundary}` };
  const status = await new Promise((resolve, reject) => {
    http
      .request(platform.url, { method: 'POST', headers }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end(body);
  });
  assert.equal(status, 204);
  assert.equal((await stored('old')).text, 'by host');
});

const script = `
import sys, boto3, urllib.request, urllib.error, uuid
from botocore.config import Config
url, key, secret = sys.argv[1:]
def send(post, content):
    boundary = uuid.uuid4().hex
    parts = ['--%s\\r\\nContent-Disposition: form-data; name="%s"\\r\\n\\r\\n%s\\r\\n' % (boundary, n, v) for n, v in post['fields'].items()]
    parts.append('--%s\\r\\nContent-Disposition: form-data; name="file"; filename="f.txt"\\r\\nContent-Type: text/plain\\r\\n\\r\\n%s\\r\\n--%s--\\r\\n' % (boundary, content, boundary))
    request = urllib.request.Request(post['url'], ''.join(parts).encode(), {'Content-Type': 'multipart/form-data; boundary=' + boundary})
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as e:
        return e.code
for version in (None, 's3v4'):
    s3 = boto3.client('s3', endpoint_url=url, region_name='us-east-1', aws_access_key_id=key, aws_secret_access_key=secret, config=Config(signature_version=version))
    name = 'boto-%s/' % version
    post = s3.generate_presigned_post('forms', name + '\${filename}', Fields={'Content-Type': 'text/y'}, Conditions=[{'Content-Type': 'text/y'}, ['content-length-range', 0, 20]], ExpiresIn=60)
    assert send(post, 'from boto') == 204, version
    got = s3.get_object(Bucket='forms', Key=name + 'f.txt')
    assert got['Body'].read() == b'from boto' and got['ContentType'] == 'text/y', got
    assert send(post, 'x' * 21) == 400
    assert send(s3.generate_presigned_post('forms', 'late', ExpiresIn=-1), 'x') == 403
    def fetch(address, method='GET', body=None):
        try:
            answer = urllib.request.urlopen(urllib.request.Request(address, body, {'Content-Type': 'text/z'} if body else {}, method=method))
            return answer.status, answer.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()
    params = {'Bucket': 'forms', 'Key': name + 'f.txt'}
    address = s3.generate_presigned_url('get_object', {**params, 'ResponseContentType': 'text/q'}, ExpiresIn=60)
    assert ('AWSAccessKeyId=' in address) == (version is None), address
    assert fetch(address) == (200, b'from boto')
    assert fetch(address.replace('f.txt', 'g.txt'))[0] == 403
    assert fetch(s3.generate_presigned_url('get_object', params, ExpiresIn=-1))[0] in (400, 403)
    upload = s3.generate_presigned_url('put_object', {**params, 'ContentType': 'text/z', 'Metadata': {'a': 'b'}}, ExpiresIn=60)
    if version is None:
        assert fetch(upload, 'PUT', b'put')[0] == 200, fetch(upload, 'PUT', b'put')
        assert s3.get_object(**params)['Body'].read() == b'put'
print('done')
`;

test('boto3 signs forms and addresses by either version', { skip: noBoto3 }, async () => {
  assert.equal(await runBoto3(script, [platform.url, key.accessKeyId, key.secretAccessKey]), 'done');
});
