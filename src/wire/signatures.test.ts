/** Real clients against a listener that only verifies, decodes and remembers: every way in which they sign, and every way to cheat. */
import assert from 'node:assert/strict';
import { createHash, hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { IAM } from '@aws-sdk/client-iam';
import { Lambda } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3 } from '@aws-sdk/client-s3';
import { SQS } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Failure, isFailure } from '../kernel/index.ts';
import { ChunkedDecoder } from './chunked.ts';
import { createWire, type Match, type WireRequest } from './index.ts';
import { sign, signingKey } from './signing-key.ts';

const SECRET = 'the-secret';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET };
const wire = createWire();

interface Seen {
  match: Match;
  input: Record<string, unknown>;
  body: Buffer;
  trailers: Readonly<Record<string, string>>;
  failure?: Failure;
  request: WireRequest;
}

let server: Server;
let endpoint: string;
let seen: Partial<Seen> = {};
/** What the listener pretends was sent instead, and when. */
let tamper: (request: WireRequest) => WireRequest = (request) => request;
let now: () => number = Date.now;

function asRequest(req: IncomingMessage): WireRequest {
  return { method: req.method!, url: req.url!, headers: req.headers as Record<string, string>, body: req };
}

async function take(request: WireRequest): Promise<Partial<Seen>> {
  const taken: Partial<Seen> = { request };
  try {
    const signature = wire.signature(request);
    assert.equal(signature.kind, 'signed');
    taken.match = await wire.match(request);
    await wire.verify(request, taken.match, SECRET, now());
    const { input, trailers } = await wire.decode(request, taken.match);
    taken.input = input;
    const chunks: Uint8Array[] = [];
    if (input.Body instanceof Readable) for await (const chunk of input.Body) chunks.push(chunk as Uint8Array);
    taken.body = Buffer.concat(chunks);
    taken.trailers = trailers();
  } catch (error) {
    if (!isFailure(error)) throw error;
    taken.failure = error;
  }
  return taken;
}

before(async () => {
  server = createServer(async (req, res) => {
    seen = await take(tamper(asRequest(req)));
    const response = seen.failure
      ? wire.encodeError(seen.match, seen.failure, 'r-1', asRequest(req))
      : await wire.encode(seen.match!, {}, 'r-1');
    req.resume();
    res.writeHead(response.status, response.headers);
    res.end(response.body as Uint8Array | string | undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const base = () => ({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
const s3 = () => new S3({ ...base(), forcePathStyle: true });

async function cheated<T>(change: typeof tamper, call: () => Promise<T>): Promise<Failure> {
  tamper = change;
  try {
    await call().catch(() => {});
  } finally {
    tamper = (request) => request;
  }
  assert.ok(seen.failure, 'the request was accepted');
  return seen.failure;
}

function content(size: number, piece = 65536): Readable {
  const bytes = Buffer.alloc(size, 'abcdefg');
  return Readable.from(
    (function* () {
      for (let at = 0; at < size; at += piece) yield bytes.subarray(at, at + piece);
    })(),
  );
}

describe('signatures of the SDK', () => {
  it('Lambda with a name that needs escaping twice', async () => {
    await new Lambda(base()).invoke({
      FunctionName: 'arn:aws:lambda:eu-central-1:000000000000:function:f',
      Payload: '{"a":1}',
      Qualifier: '$LATEST',
    });
    assert.equal(seen.failure, undefined);
    assert.equal(seen.input!.FunctionName, 'arn:aws:lambda:eu-central-1:000000000000:function:f');
    assert.equal(String(seen.input!.Payload), '{"a":1}');
    assert.deepEqual(seen.match, { service: 'lambda', operation: 'Invoke', protocol: 'restJson1', region: 'eu-central-1' });
  });

  it('query lists, forms and JSON', async () => {
    await new Lambda(base()).untagResource({
      Resource: 'arn:aws:lambda:eu-central-1:000000000000:function:f',
      TagKeys: ['b c', 'a+ü'],
    });
    assert.deepEqual(seen.input!.TagKeys, ['b c', 'a+ü']);
    await new IAM(base()).createRole({ RoleName: 'r', AssumeRolePolicyDocument: '{"a": "b&c=d+ü"}' });
    assert.equal(seen.input!.AssumeRolePolicyDocument, '{"a": "b&c=d+ü"}');
    await new SQS(base()).listQueues({ QueueNamePrefix: 'x' });
    assert.equal(seen.failure, undefined);
    assert.equal(seen.match!.operation, 'ListQueues');
  });

  it('S3 keys of every kind, in path style and by host', async () => {
    for (const Key of ['a', 'ä ö+&=?%/..//x', "it's (a) *key*!", 'a/./b/../c', '/leading', 'trailing/', '日本/語', '%41']) {
      await s3().getObject({ Bucket: 'my-bucket', Key });
      assert.equal(seen.failure, undefined, `${Key}: ${seen.failure?.message}`);
      assert.equal(seen.input!.Key, Key);
      assert.equal(seen.input!.Bucket, 'my-bucket');
    }
  });

  it('S3 metadata, with its characters beyond ASCII', async () => {
    await s3().putObject({ Bucket: 'b', Key: 'k', Body: 'hello', Metadata: { foo: 'bar  baz' } });
    assert.equal(seen.failure, undefined);
    assert.equal(seen.body!.toString(), 'hello');
    assert.deepEqual(seen.input!.Metadata, { foo: 'bar  baz' });
    assert.equal(seen.input!.ChecksumCRC32, 'NhCmhg==');
  });

  it('a stream with unsigned trailer', async () => {
    await s3().putObject({ Bucket: 'b', Key: 'k', Body: content(300_000), ContentLength: 300_000, ContentEncoding: 'gzip' });
    assert.equal(seen.failure, undefined);
    assert.equal(seen.request!.headers['x-amz-content-sha256'], 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
    assert.equal(seen.body!.length, 300_000);
    assert.equal(seen.input!.ContentEncoding, 'gzip');
    assert.ok(seen.trailers!['x-amz-checksum-crc32']);
  });

  it('a presigned GET and PUT', async () => {
    const client = s3();
    const get = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'b', Key: 'a b/ü', ResponseContentType: 'x/y' }), {
      expiresIn: 60,
    });
    await fetch(get);
    assert.equal(seen.failure, undefined);
    assert.equal(seen.input!.ResponseContentType, 'x/y');
    const put = await getSignedUrl(client, new PutObjectCommand({ Bucket: 'b', Key: 'k' }), { expiresIn: 60 });
    await fetch(put, { method: 'PUT', body: 'content' });
    assert.equal(seen.failure, undefined);
    assert.equal(seen.body!.toString(), 'content');
  });
});

describe('cheating', () => {
  const get = () => s3().getObject({ Bucket: 'b', Key: 'k', VersionId: 'v1' });
  const put = () => s3().putObject({ Bucket: 'b', Key: 'k', Body: 'hello' });
  const invoke = () => new Lambda(base()).invoke({ FunctionName: 'f', Payload: '{"a":1}' });
  const header = (name: string, value: string) => (request: WireRequest) => ({
    ...request,
    headers: { ...request.headers, [name]: value },
  });

  it('another method, path, query or host', async () => {
    assert.equal((await cheated((r) => ({ ...r, method: 'DELETE' }), get)).code, 'SignatureDoesNotMatch');
    assert.equal((await cheated((r) => ({ ...r, url: r.url.replace('/k', '/l') }), get)).code, 'SignatureDoesNotMatch');
    assert.equal((await cheated((r) => ({ ...r, url: r.url.replace('v1', 'v2') }), get)).code, 'SignatureDoesNotMatch');
    assert.equal((await cheated((r) => ({ ...r, url: `${r.url}&partNumber=1` }), get)).code, 'SignatureDoesNotMatch');
    assert.equal((await cheated(header('host', 'b.s3.localhost'), invoke)).code, 'InvalidSignatureException');
  });

  it('another date, scope, key or a header that was not signed', async () => {
    assert.equal((await cheated(header('x-amz-acl', 'public-read'), put)).code, 'AccessDenied');
    const rescope = (from: RegExp, to: string) => (r: WireRequest) =>
      header('authorization', r.headers.authorization!.replace(from, to))(r);
    assert.equal((await cheated(rescope(/eu-central-1/, 'us-east-1'), get)).code, 'SignatureDoesNotMatch');
    assert.equal((await cheated(rescope(/Signature=./, 'Signature=g'), get)).code, 'IncompleteSignature');
    const flip = (r: WireRequest) =>
      header(
        'authorization',
        r.headers.authorization!.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      )(r);
    assert.equal((await cheated(flip, get)).code, 'SignatureDoesNotMatch');
    assert.equal((await cheated(flip, invoke)).code, 'InvalidSignatureException');
  });

  it('a clock more than 15 minutes off, both ways', async () => {
    for (const offset of [16 * 60_000, -16 * 60_000]) {
      now = () => Date.now() + offset;
      assert.equal((await cheated((r) => r, get)).code, 'RequestTimeTooSkewed');
      assert.equal((await cheated((r) => r, invoke)).code, 'InvalidSignatureException');
    }
    now = () => Date.now() + 14 * 60_000;
    await invoke();
    now = Date.now;
    assert.equal(seen.failure, undefined);
  });

  it('another body', async () => {
    const body = (text: string) => (r: WireRequest) => ({ ...r, body: Readable.from([Buffer.from(text)]) });
    assert.equal((await cheated(body('{"a":2}'), invoke)).code, 'InvalidSignatureException');
    assert.equal((await cheated(body('hellp'), put)).code, 'XAmzContentSHA256Mismatch');
    assert.equal((await cheated(body('hellp'), () => new SQS(base()).listQueues({}))).code, 'InvalidSignatureException');
  });

  it('a presigned URL that is over, or used otherwise', async () => {
    const url = await getSignedUrl(s3(), new GetObjectCommand({ Bucket: 'b', Key: 'k' }), { expiresIn: 60 });
    now = () => Date.now() + 61_000;
    const expired = await cheated(
      (r) => r,
      () => fetch(url),
    );
    now = Date.now;
    assert.equal(expired.message, 'Request has expired');
    assert.equal(expired.status, 403);
    assert.ok(expired.fields.ServerTime);
    assert.equal(
      (
        await cheated(
          (r) => r,
          () => fetch(url, { headers: { 'x-amz-acl': 'private' } }),
        )
      ).fields.HeadersNotSigned,
      'x-amz-acl',
    );
    assert.equal(
      (
        await cheated(
          (r) => r,
          () => fetch(url.replace('/k?', '/l?')),
        )
      ).code,
      'SignatureDoesNotMatch',
    );
    assert.equal(
      (
        await cheated(
          (r) => r,
          () => fetch(url.replace(/X-Amz-Date=[^&]*&/, '')),
        )
      ).code,
      'AuthorizationQueryParametersError',
    );
    assert.equal(
      (
        await cheated(
          (r) => r,
          () => fetch(url, { method: 'DELETE' }),
        )
      ).code,
      'SignatureDoesNotMatch',
    );
  });

  it('answers in the client’s form', async () => {
    await assert.rejects(
      (async () => {
        tamper = header('x-amz-date', '20200101T000000Z');
        await invoke().finally(() => {
          tamper = (request) => request;
        });
      })(),
      (error: Error & { $metadata: { httpStatusCode: number } }) =>
        error.name === 'InvalidSignatureException' && error.$metadata.httpStatusCode === 403,
    );
  });
});

/** Signed chunks, which no JavaScript client sends. */
function signedChunks(parts: readonly string[], trailer?: string): { request: () => WireRequest; frame: string } {
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const key = signingKey(SECRET, date.slice(0, 8), 'us-east-1', 's3');
  const mode = `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer ? '-TRAILER' : ''}`;
  const headers: Record<string, string> = {
    host: 'h',
    'x-amz-content-sha256': mode,
    'x-amz-date': date,
    'x-amz-decoded-content-length': String(parts.join('').length),
    ...(trailer ? { 'x-amz-trailer': trailer.split(':')[0]! } : {}),
  };
  const names = Object.keys(headers).sort();
  const canonical = `PUT\n/b/k\n\n${names.map((name) => `${name}:${headers[name]}\n`).join('')}\n${names.join(';')}\n${mode}`;
  let previous = sign(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', canonical)}`);
  headers.authorization = `AWS4-HMAC-SHA256 Credential=AK/${scope}, SignedHeaders=${names.join(';')}, Signature=${previous}`;
  let frame = '';
  for (const part of [...parts, '']) {
    previous = sign(
      key,
      `AWS4-HMAC-SHA256-PAYLOAD\n${date}\n${scope}\n${previous}\n${hash('sha256', '')}\n${hash('sha256', part)}`,
    );
    frame += `${part.length.toString(16)};chunk-signature=${previous}\r\n${part}${part === '' ? '' : '\r\n'}`;
  }
  if (trailer) {
    const signature = sign(key, `AWS4-HMAC-SHA256-TRAILER\n${date}\n${scope}\n${previous}\n${hash('sha256', `${trailer}\n`)}`);
    frame += `${trailer}\r\nx-amz-trailer-signature:${signature}\r\n`;
  }
  frame += '\r\n';
  return { frame, request: () => ({ method: 'PUT', url: '/b/k', headers, body: Readable.from([Buffer.from(frame)]) }) };
}

describe('signed chunks', () => {
  const trailer = `x-amz-checksum-sha256:${createHash('sha256').update('hello world').digest('base64')}`;

  it('are decoded and checked', async () => {
    for (const sent of [signedChunks(['hello', ' world']), signedChunks(['hello', ' world'], trailer)]) {
      const taken = await take(sent.request());
      assert.equal(taken.failure, undefined, String(taken.failure));
      assert.equal(taken.body!.toString(), 'hello world');
    }
  });

  it('no byte of them can be changed', async () => {
    const { frame, request } = signedChunks(['hello', ' world'], trailer);
    for (let at = 0; at < frame.length; at += 1) {
      const bytes = Buffer.from(frame);
      bytes[at] = bytes[at]! ^ 1;
      const taken = await take({ ...request(), body: Readable.from([bytes]) });
      // a hexadecimal digit's other case, and blanks round a trailer, say the same
      if (!taken.failure) assert.equal(taken.body!.toString(), 'hello world', `byte ${at}`);
    }
    const cut = await take({ ...request(), body: Readable.from([Buffer.from(frame.slice(0, 40))]) });
    assert.equal(cut.failure?.code, 'IncompleteBody');
  });

  it('decode however they are cut', async () => {
    const { frame } = signedChunks(['hello', ' world'], trailer);
    for (const piece of [1, 2, 3, 7, 80]) {
      const decoder = new ChunkedDecoder(undefined, 11);
      const chunks: Buffer[] = [];
      decoder.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
      });
      for (let at = 0; at < frame.length; at += piece) decoder.write(Buffer.from(frame.slice(at, at + piece)));
      decoder.end();
      await once(decoder, 'end');
      assert.equal(Buffer.concat(chunks).toString(), 'hello world');
      assert.ok(decoder.trailers['x-amz-checksum-sha256']);
    }
  });

  it('are decoded too when nobody verified them', async () => {
    const request = signedChunks(['hello', ' world'], trailer).request();
    const { input } = await wire.decode(request, await wire.match(request));
    const chunks: Uint8Array[] = [];
    for await (const chunk of input.Body as Readable) chunks.push(chunk as Uint8Array);
    assert.equal(Buffer.concat(chunks).toString(), 'hello world');
    const wrong = signedChunks(['hello', ' worle'], trailer).request();
    const decoded = await wire.decode(wrong, await wire.match(wrong));
    await assert.rejects(async () => {
      for await (const chunk of decoded.input.Body as Readable) assert.ok(chunk);
    }, /The SHA256 you specified did not match the calculated checksum/);
  });
});
