import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Lambda, waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import { clients, createRole } from '../support/deploy.ts';
import { tarOf } from '../support/ecr-room.ts';
import { buildGo } from '../support/go-function.ts';
import { rootFiles } from '../support/image-root.ts';
import { ociMissing } from '../support/invoke-room.ts';
import { removeDirectory, startPlatform } from '../support/platform.ts';

const options = { skip: ociMissing ?? false, timeout: 180_000 };
const NODE = path.resolve(import.meta.dirname, '../../node_modules/node26/bin/node');
const FunctionName = 'web';

const SERVER = (greeting: string) => `
require('node:http').createServer((request, response) => {
  response.setHeader('content-type', 'text/plain');
  response.end('${greeting} ' + request.method + ' ' + request.url + ' as ' + process.getuid() + ' with ' + process.env.OWN);
}).listen(process.env.PORT, 'localhost');`;

/** A layer that has node and what it needs, as one of many images. */
async function nodeLayer(): Promise<Buffer> {
  const files = [...rootFiles([NODE])].map(async ([at, from]) => ({
    name: from === NODE ? 'usr/bin/node' : at,
    content: await fs.readFile(from),
    mode: 0o755,
  }));
  return gzipSync(await tarOf(...(await Promise.all(files))), { level: 1 });
}

/** As docker save writes it. */
async function archiveOf(layers: readonly Buffer[], config: object): Promise<Buffer> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const names = layers.map((_, i) => `${i}/layer.tar`);
  const manifest = [{ Config: 'config.json', RepoTags: null, Layers: names }];
  return tarOf(
    { name: 'manifest.json', content: JSON.stringify(manifest) },
    {
      name: 'config.json',
      content: JSON.stringify({ architecture, os: 'linux', config, rootfs: { type: 'layers', diff_ids: [] } }),
    },
    ...layers.map((content, i) => ({ name: names[i]!, content })),
  );
}

const settled = (client: Lambda, name: string) =>
  waitUntilFunctionUpdatedV2({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { FunctionName: name });

test(
  'an ordinary web server, pushed as an archive, is a function, its next image too, and the alias keeps the first',
  options,
  async (t) => {
    let platform = await startPlatform();
    t.after(() => platform.stop());
    const of = clients(platform.url);
    const { host } = new URL(platform.url);
    const push = async (tag: string, body: Buffer) => {
      const response = await fetch(`${platform.url}/_dalamb/api/images/${tag.split(':')[0]}?tag=${tag.split(':')[1]}`, {
        method: 'PUT',
        body,
        headers: { 'content-type': 'application/x-tar' },
      });
      assert.equal(response.status, 200, await response.clone().text());
      return (await response.json()) as { uri: string; digest: string };
    };
    const base = await nodeLayer();
    const web = async (greeting: string) => {
      const app = await tarOf(
        { name: 'srv/server.js', content: SERVER(greeting), mode: 0o644 },
        { name: 'etc/.wh.nothing', content: '' },
      );
      return archiveOf([base, app], { Cmd: ['/usr/bin/node', '/srv/server.js'], Env: ['OWN=image', 'DALAMB_ADAPTER=http'] });
    };
    const first = await push('shop-web:1', await web('hello'));
    const Role = await createRole(of, 'runner', ['service-role/AWSLambdaBasicExecutionRole']);
    const created = await of.lambda.createFunction({
      FunctionName,
      Role,
      PackageType: 'Image',
      Code: { ImageUri: `${host}/shop-web:1` },
      MemorySize: 512,
      Timeout: 20,
      Publish: true,
    });
    assert.equal(created.State, 'Pending');
    await waitUntilFunctionActiveV2({ client: of.lambda, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { FunctionName });
    const { Code, Configuration } = await of.lambda.getFunction({ FunctionName });
    assert.equal(Configuration!.CodeSha256, first.digest.replace('sha256:', ''));
    assert.deepEqual(Code, {
      RepositoryType: 'ECR',
      ImageUri: `${host}/shop-web:1`,
      ResolvedImageUri: `000000000000.dkr.ecr.us-east-1.amazonaws.com/shop-web@${first.digest}`,
    });
    await of.lambda.createAlias({ FunctionName, Name: 'live', FunctionVersion: '1' });
    const { FunctionUrl } = await of.lambda.createFunctionUrlConfig({ FunctionName, Qualifier: 'live', AuthType: 'NONE' });
    await of.lambda.addPermission({
      FunctionName,
      Qualifier: 'live',
      StatementId: 'all',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: '*',
      FunctionUrlAuthType: 'NONE',
    });
    const ask = async (target: string) => {
      const response = await fetch(`${platform.url}/_dalamb/url/${new URL(FunctionUrl!).hostname.split('.')[0]}${target}`);
      return `${response.status} ${await response.text()}`;
    };
    assert.equal(await ask('/a/b?c=d'), '200 hello GET /a/b?c=d as 993 with image');

    await push('shop-web:1', await web('bye')); // the tag moves, what was deployed does not
    assert.equal(await ask('/'), '200 hello GET / as 993 with image');
    await of.lambda.updateFunctionCode({ FunctionName, ImageUri: `${host}/shop-web:1` });
    await settled(of.lambda, FunctionName);
    await of.lambda.updateFunctionConfiguration({ FunctionName, Environment: { Variables: { OWN: 'function' } } });
    await settled(of.lambda, FunctionName);
    const event = { version: '2.0', rawPath: '/x', requestContext: { http: { method: 'PUT' } } };
    const { Payload } = await of.lambda.invoke({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) });
    assert.equal(JSON.parse(Buffer.from(Payload!).toString()).body, 'bye PUT /x as 993 with function');
    assert.equal(await ask('/'), '200 hello GET / as 993 with image');
    await assert.rejects(of.lambda.updateFunctionCode({ FunctionName, ImageUri: `${host}/shop-web:none` }), {
      name: 'InvalidParameterValueException',
      message: `Source image ${host}/shop-web:none does not exist. Provide a valid source image.`,
    });
    assert.equal(await ask('/'), '200 hello GET / as 993 with image');
    await platform.kill();
    platform = await startPlatform({ directory: platform.directory });
    assert.notEqual(new URL(platform.url).host, host);
    assert.equal(await ask('/'), '200 hello GET / as 993 with image', 'whatever the address of the platform is now');
  },
);

const go = await buildGo('go-echo');

test('an image around nothing but an official Runtime API client, before and after a kill', {
  ...options,
  skip: options.skip || (go === undefined && 'no Go here'),
}, async (t) => {
  let platform = await startPlatform();
  t.after(() => platform.stop().then(() => removeDirectory(platform.directory)));
  const of = clients(platform.url);
  const archive = await archiveOf([await tarOf({ name: 'main', content: go!, mode: 0o755 })], { Entrypoint: ['/main'] });
  const headers = { 'content-type': 'application/x-tar' };
  await fetch(`${platform.url}/_dalamb/api/images/echo?tag=1`, { method: 'PUT', body: archive, headers });
  const Role = await createRole(of, 'runner', ['service-role/AWSLambdaBasicExecutionRole']);
  const Code = { ImageUri: `${new URL(platform.url).host}/echo:1` };
  await of.lambda.createFunction({ FunctionName: 'echo', Role, PackageType: 'Image', Code, Timeout: 10 });
  await waitUntilFunctionActiveV2({ client: of.lambda, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { FunctionName: 'echo' });
  const ask = async (lambda: Lambda) => {
    const { Payload } = await lambda.invoke({ FunctionName: 'echo', Payload: Buffer.from('{"a":1}') });
    return JSON.parse(Buffer.from(Payload!).toString()).event;
  };
  assert.deepEqual(await ask(of.lambda), { a: 1 });
  await platform.kill();
  const { port } = new URL(platform.url);
  platform = await startPlatform({ directory: platform.directory, args: ['--bare', '--port', port] }); // its name as a registry has the port
  assert.deepEqual(await ask(clients(platform.url).lambda), { a: 1 });
});

test('without isolation images are refused by name', async (t) => {
  const platform = await startPlatform({ config: '[sandbox]\ndriver = "process"\n' });
  t.after(() => platform.stop());
  const of = clients(platform.url);
  const Role = await createRole(of, 'runner');
  const created = of.lambda.createFunction({
    FunctionName,
    Role,
    PackageType: 'Image',
    Code: { ImageUri: 'registry.local/web:1' },
  });
  await assert.rejects(created, { name: 'NotImplemented', message: /PackageType Image on a machine without isolated sandboxes/ });
});
