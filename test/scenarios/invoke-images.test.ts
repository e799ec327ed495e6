import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { FunctionSpec, ImageConfig, PrepareImage } from '../../src/model/index.ts';
import { buildGo } from '../support/go-function.ts';
import { rootFiles, writeTree } from '../support/image-root.ts';
import { functionSpec, type InvokeBench, invokeBench, json, ociMissing } from '../support/invoke-room.ts';

const options = { skip: ociMissing ?? false };
const NODE = path.resolve(import.meta.dirname, '../../node_modules/node26/bin/node');
const emptyConfig: ImageConfig = { entryPoint: [], command: [], environment: {}, workingDirectory: '' };
const go = await buildGo('go-echo');

type Files = Readonly<Record<string, string | Uint8Array>>;

interface ImageBench extends InvokeBench {
  /** Makes an image of trees, each of files; the lowest first. */
  readonly image: (
    trees: readonly { copies?: ReadonlyMap<string, string>; files?: Files }[],
    config?: Partial<ImageConfig>,
  ) => Promise<string>;
  readonly prepared: string[];
}

async function imageBench(t: TestContext, settings: object = {}): Promise<ImageBench> {
  const images = new Map<string, Awaited<ReturnType<PrepareImage>>>();
  const prepared: string[] = [];
  const prepareImage: PrepareImage = async (_place, uri) => {
    prepared.push(uri);
    return images.get(uri)!;
  };
  const bench = await invokeBench(t, { driver: 'oci', settings, options: { prepareImage } });
  const image: ImageBench['image'] = async (trees, config = {}) => {
    const hashes: string[] = [];
    for (const { copies, files } of trees) {
      const name = `${images.size} ${hashes.length} ${[...(copies?.keys() ?? [])]} ${Object.keys(files ?? {})}`;
      const hash = createHash('sha256').update(name).digest('hex');
      await writeTree(path.join(bench.directory, hash), copies ?? new Map(), files);
      hashes.push(hash);
    }
    const digest = createHash('sha256').update(String(images.size)).digest('hex');
    const uri = `registry.local/fn@sha256:${digest}`;
    images.set(uri, { uri, digest, bytes: 1, trees: hashes, config: { ...emptyConfig, ...config } });
    return uri;
  };
  return { ...bench, image, prepared };
}

const specOf = (uri: string, more: Partial<FunctionSpec> = {}): FunctionSpec =>
  functionSpec('0'.repeat(64), { runtime: '', handler: '', memoryMiB: 512, timeoutMs: 10_000, image: { uri }, ...more });

const text = (outcome: { readonly payload: Uint8Array }) => Buffer.from(outcome.payload).toString();

test('an image with a Runtime API client and nothing else runs unchanged', {
  ...options,
  skip: options.skip || go === undefined,
}, async (t) => {
  const bench = await imageBench(t);
  const uri = await bench.image([{ files: { 'app/main': go! } }], { entryPoint: ['/app/main'] });
  const spec = specOf(uri);
  const first = await bench.call(spec, { a: 1 });
  assert.deepEqual((json(first) as { event: unknown }).event, { a: 1 });
  assert.equal((json(await bench.call(spec)) as { n: number }).n, 2);
  assert.equal(bench.prepared.length, 1);
  const panicked = await bench.call(spec, { how: 'panic' });
  assert.equal((json(panicked) as { errorMessage: string }).errorMessage, 'boom');
  assert.equal((json(await bench.call(spec)) as { n: number }).n, 1, 'another process in the same root');
});

const RUNTIME = `
const http = require('node:http');
const fs = require('node:fs');
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
const call = (method, url, body) => new Promise((resolve, reject) => {
  const r = http.request(url, { method }, (res) => { let text = ''; res.on('data', (d) => (text += d)).on('end', () => resolve([res, text])); });
  r.on('error', reject).end(body);
});
const tried = (file) => { try { fs.writeFileSync(file, 'x'); return 'written'; } catch (error) { return error.code; } };
(async () => {
  for (;;) {
    const [res] = await call('GET', api + 'next');
    const { IMAGE, SHADOWED, AWS_REGION, _HANDLER, LD_LIBRARY_PATH } = process.env;
    const answer = { argv: process.argv.slice(2), cwd: process.cwd(), uid: process.getuid(), env: { IMAGE, SHADOWED, AWS_REGION, _HANDLER, LD_LIBRARY_PATH },
      root: fs.readdirSync('/').sort(), tmp: tried('/tmp/x'), app: tried('/app/x'), etc: fs.readFileSync('/etc/resolv.conf', 'utf8').split('\\n')[0] };
    await call('POST', api + res.headers['lambda-runtime-aws-request-id'] + '/response', JSON.stringify(answer));
  }
})();`;

test(
  'entry point, command, working directory and variables are the image’s, and the function’s above them',
  options,
  async (t) => {
    const bench = await imageBench(t);
    const node = { copies: new Map([...rootFiles([NODE])].map(([at, from]) => [from === NODE ? 'usr/bin/node' : at, from])) };
    const uri = await bench.image([node, { files: { 'app/run.js': RUNTIME } }], {
      entryPoint: ['node', '/app/run.js'],
      command: ['app.handler'],
      environment: { PATH: '/usr/bin', IMAGE: 'yes', SHADOWED: 'image', AWS_REGION: 'image', LD_LIBRARY_PATH: '/app/lib' },
      workingDirectory: '/app',
    });
    // Links where mounts go, in an image that means harm.
    await fs.symlink('/etc', path.join(bench.directory, await hashOf(bench, 'app'), 'tmp'));
    await fs.symlink('../../../../etc', path.join(bench.directory, await hashOf(bench, 'app'), 'run'));
    const variables = { SHADOWED: 'function' };
    const own = json(await bench.call(specOf(uri, { variables })));
    assert.deepEqual(own, {
      argv: ['app.handler'],
      cwd: '/app',
      uid: 993,
      env: { IMAGE: 'yes', SHADOWED: 'function', AWS_REGION: 'us-east-1', _HANDLER: 'app.handler', LD_LIBRARY_PATH: '/app/lib' },
      root: (own as { root: string[] }).root,
      tmp: 'written',
      app: 'EROFS',
      etc: 'nameserver 127.0.0.1',
    });
    for (const name of ['app', 'usr', 'proc', 'dev', 'tmp']) assert.ok((own as { root: string[] }).root.includes(name));
    assert.ok(!(own as { root: string[] }).root.includes('home'), 'nothing of the host');
    const image = { uri, command: ['other.handler', 'x'], workingDirectory: '/usr' };
    const other = json(await bench.call(specOf(uri, { image }))) as { argv: string[]; cwd: string; env: object };
    assert.deepEqual([other.argv, other.cwd], [['other.handler', 'x'], '/usr']);
  },
);

/** The tree of this bench that has such a folder at its top and nothing from the host. */
async function hashOf(bench: ImageBench, folder: string): Promise<string> {
  for (const hash of await fs.readdir(bench.directory)) {
    const names = await fs.readdir(path.join(bench.directory, hash));
    if (names.includes(folder) && !names.includes('usr')) return hash;
  }
  return assert.fail(`no tree with ${folder}`);
}

test('what cannot be started is named', options, async (t) => {
  const bench = await imageBench(t);
  const failed = async (spec: FunctionSpec) => json(await bench.call(spec)) as { errorType: string; errorMessage: string };
  const files = { 'app/data': 'no program', 'opt/extensions/probe': '' };
  const plain = await bench.image([{ files: { 'app/data': 'no program' } }]);
  const none = await failed(specOf(plain));
  assert.equal(none.errorType, 'Runtime.InvalidEntrypoint');
  assert.match(none.errorMessage, /neither ENTRYPOINT nor CMD/);
  const missing = await failed(specOf(plain, { image: { uri: plain, entryPoint: ['/nowhere'] } }));
  assert.match(missing.errorMessage, /exit status 127: \/nowhere is not in the image$/);
  const place = await failed(specOf(plain, { image: { uri: plain, entryPoint: ['/app/data'], workingDirectory: '/gone' } }));
  assert.match(place.errorMessage, /exit status 126: \/app\/data cannot be run in \/gone/);
  const extended = await bench.image([{ files }], { command: ['/app/data'] });
  assert.match((await failed(specOf(extended))).errorMessage, /external extensions are not started by this platform: probe$/);
});

const SERVER = `
const http = require('node:http');
let ready = false; setTimeout(() => (ready = true), 150);
http.createServer(async (req, res) => {
  const chunks = []; for await (const chunk of req) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  if (req.url === '/up') { res.statusCode = ready ? 200 : 503; return res.end(); }
  if (req.url.startsWith('/slow')) return;
  if (req.url.startsWith('/die')) process.exit(9);
  if (req.url.startsWith('/cut')) return req.socket.destroy();
  if (req.url.startsWith('/large')) return res.end(Buffer.alloc(7 << 20, 120));
  if (req.url.startsWith('/bytes')) { res.setHeader('content-type', 'image/png'); return res.end(Buffer.from([0x89, 0x50, 0xff])); }
  if (req.url === '/events') { const event = JSON.parse(body); res.statusCode = event.fail ? 500 : 200; return res.end(JSON.stringify({ got: event })); }
  res.setHeader('set-cookie', ['a=1', 'b=2']); res.setHeader('x-own', 'v'); res.setHeader('content-type', 'application/json'); res.statusCode = 201;
  res.end(JSON.stringify({ ready, method: req.method, url: req.url, body, host: req.headers.host, cookie: req.headers.cookie, list: req.headers['x-list'],
    context: JSON.parse(req.headers['x-amzn-lambda-context']).request_id, stage: JSON.parse(req.headers['x-amzn-request-context']).stage, port: process.env.PORT }));
}).listen(process.env.PORT, '127.0.0.1');`;

const v2 = (rawPath: string, more: object = {}) => ({
  version: '2.0',
  rawPath,
  rawQueryString: '',
  headers: { host: 'api.example' },
  requestContext: { http: { method: 'GET' }, stage: '$default' },
  ...more,
});

test('a plain HTTP server is a function: readiness, requests, cookies, bytes, other events, failures', options, async (t) => {
  const bench = await imageBench(t);
  const node = { copies: new Map([...rootFiles([NODE])].map(([at, from]) => [from === NODE ? 'usr/bin/node' : at, from])) };
  const uri = await bench.image([node, { files: { 'srv/server.js': SERVER, 'opt/extensions/lambda-adapter': 'of AWS' } }], {
    command: ['node', '/srv/server.js'],
    environment: { PATH: '/usr/bin', AWS_LWA_PORT: '3000', AWS_LWA_READINESS_CHECK_PATH: '/up' },
  });
  const spec = specOf(uri);
  const first = await bench.call(
    spec,
    v2('/a b', {
      rawQueryString: 'q=1',
      cookies: ['x=1', 'y=2'],
      body: 'aGk=',
      isBase64Encoded: true,
      requestContext: { http: { method: 'POST' }, stage: 'é' },
    }),
  );
  const { body, ...rest } = json(first) as { body: string };
  assert.deepEqual(
    { ...rest, headers: undefined },
    { statusCode: 201, headers: undefined, cookies: ['a=1', 'b=2'], isBase64Encoded: false },
  );
  assert.equal((rest as unknown as { headers: Record<string, string> }).headers['x-own'], 'v');
  assert.deepEqual(JSON.parse(body), {
    ready: true,
    method: 'POST',
    url: '/a%20b?q=1',
    body: 'hi',
    host: 'api.example',
    cookie: 'x=1; y=2',
    context: first.report.requestId,
    stage: 'é',
    port: '3000',
  });
  const v1 = {
    httpMethod: 'PUT',
    path: '/v1',
    multiValueHeaders: { 'X-List': ['1', '2'] },
    queryStringParameters: { 'a b': 'ü' },
    body: 'x',
    requestContext: {},
  };
  const old = json(await bench.call(spec, v1)) as { multiValueHeaders: object; body: string };
  assert.deepEqual((old.multiValueHeaders as Record<string, string[]>)['set-cookie'], ['a=1', 'b=2']);
  assert.deepEqual([JSON.parse(old.body).url, JSON.parse(old.body).list], ['/v1?a%20b=%C3%BC', '1, 2']);
  const bytes = json(await bench.call(spec, v2('/bytes'))) as { body: string; isBase64Encoded: boolean };
  assert.deepEqual([bytes.isBase64Encoded, bytes.body], [true, Buffer.from([0x89, 0x50, 0xff]).toString('base64')]);
  assert.deepEqual(json(await bench.call(spec, { Records: [1] })), { got: { Records: [1] } });
  const refused = await bench.call(spec, { fail: true });
  assert.equal(refused.functionError, 'Unhandled');
  assert.match(text(refused), /the server answered with status 500/);
  assert.match(text(await bench.call(spec, v2('/large'))), /Function.ResponseSizeTooLarge/);
  assert.match(text(await bench.call(spec, v2('/cut'))), /the server at port 3000 gave no answer/);
  const same = await bench.call(spec, v2('/x'));
  assert.equal(same.environment, first.environment);
  assert.match(text(await bench.call(spec, v2('/die'))), /Runtime exited with error: exit status 9/);
  assert.match(
    text(await bench.call({ ...spec, timeoutMs: 1000, identity: 'short' }, v2('/slow'))),
    /Task timed out after 1.00 seconds/,
  );
  assert.equal((json(await bench.call(spec, v2('/x'))) as { statusCode: number }).statusCode, 201, 'a new process serves on');
});

test(
  'a server that was frozen answers; settings that are not followed are refused; a zip can be a server too',
  options,
  async (t) => {
    const bench = await imageBench(t, { freezeAfterMs: 10 });
    const script = '#!/bin/sh\nexec /var/lang/bin/node server.js\n';
    const files = { 'run.sh': script, 'server.js': SERVER };
    const variables = { DALAMB_ADAPTER: 'http', READINESS_CHECK_PATH: '/up' };
    const spec = await bench.spec(files, { handler: 'run.sh', memoryMiB: 512, timeoutMs: 10_000, variables });
    const status = async () => (json(await bench.call(spec, v2('/x'))) as { statusCode: number }).statusCode;
    assert.equal(await status(), 201);
    while (bench.room.stats().frozen === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await status(), 201);
    assert.equal(await status(), 201);
    const stream = await bench.spec(files, {
      handler: 'run.sh',
      variables: { ...variables, AWS_LWA_INVOKE_MODE: 'response_stream' },
    });
    assert.match(text(await bench.call(stream, {})), /AWS_LWA_INVOKE_MODE=response_stream is not implemented/);
    const nothing = await bench.spec(files, { handler: 'gone.sh', variables: { DALAMB_ADAPTER: 'http' } });
    assert.match(text(await bench.call(nothing, {})), /Couldn't find an executable file gone\.sh in \/var\/task/);
  },
);
