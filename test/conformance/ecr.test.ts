import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ECR } from '@aws-sdk/client-ecr';
import { dockerArchive, lacking, run } from '../support/image-tools.ts';
import { type Platform, removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';
import { PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

const OTHER = '123456789012';
let platform: Platform;
let folder: string;
let host: string;
let ecr: ECR;
let other: ECR;

before(async () => {
  folder = temporaryDirectory();
  fs.mkdirSync(folder, { recursive: true });
  platform = await startPlatform({ config: PROCESS_DRIVER });
  host = platform.url.replace('http://', '');
  const config = { endpoint: platform.url, region: 'us-east-1', maxAttempts: 1 };
  ecr = new ECR({ ...config, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  other = new ECR({ ...config, region: 'eu-west-1', credentials: { accessKeyId: OTHER, secretAccessKey: 'x' } });
});
after(async () => {
  ecr?.destroy();
  other?.destroy();
  await platform?.stop();
  if (folder) removeDirectory(folder);
});

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

test('the SDK makes a repository, sends layers and a manifest, and gets them back', async () => {
  const repositoryName = 'sdk/app';
  const { repository } = await ecr.createRepository({ repositoryName, tags: [{ Key: 'a', Value: 'b' }] });
  assert.equal(repository!.repositoryUri, `${host}/${repositoryName}`);
  const send = async (content: Buffer) => {
    const { uploadId } = await ecr.initiateLayerUpload({ repositoryName });
    const half = content.length >> 1;
    for (const [start, end] of [
      [0, half],
      [half, content.length],
    ] as const) {
      const part = { partFirstByte: start, partLastByte: end - 1, layerPartBlob: content.subarray(start, end) };
      await ecr.uploadLayerPart({ repositoryName, uploadId, ...part });
    }
    const { layerDigest } = await ecr.completeLayerUpload({ repositoryName, uploadId, layerDigests: [sha256(content)] });
    return { digest: layerDigest!, size: content.length };
  };
  const config = await send(Buffer.from('{"os":"linux"}'));
  const layer = await send(Buffer.alloc(300_000, 'layer'));
  const imageManifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', ...config },
    layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar', ...layer }],
  });
  const { image } = await ecr.putImage({ repositoryName, imageManifest, imageTag: 'v1' });
  const { images } = await ecr.batchGetImage({ repositoryName, imageIds: [{ imageTag: 'v1' }] });
  assert.equal(images![0]!.imageManifest, imageManifest);
  assert.equal(sha256(Buffer.from(imageManifest)), image!.imageId!.imageDigest);
  const { imageDetails } = await ecr.describeImages({ repositoryName });
  assert.deepEqual([imageDetails![0]!.imageTags, imageDetails![0]!.imageSizeInBytes], [['v1'], 300_014]);
  const { downloadUrl } = await ecr.getDownloadUrlForLayer({ repositoryName, layerDigest: layer.digest });
  assert.equal(sha256(await (await fetch(downloadUrl!)).bytes()), layer.digest);
  const policyText = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: OTHER }, Action: ['ecr:BatchGetImage', 'ecr:DescribeImages'] }],
  });
  const across = new ECR({
    endpoint: platform.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: OTHER, secretAccessKey: 'x' },
  });
  const registryId = '000000000000';
  await refused(across.batchGetImage({ registryId, repositoryName, imageIds: [{ imageTag: 'v1' }] }), 'AccessDeniedException');
  await ecr.setRepositoryPolicy({ repositoryName, policyText });
  assert.equal((await across.batchGetImage({ registryId, repositoryName, imageIds: [{ imageTag: 'v1' }] })).images!.length, 1);
  await refused(across.deleteRepository({ registryId, repositoryName, force: true }), 'AccessDeniedException');
  across.destroy();
});

test('errors have the SDK’s names; what is not enforced is refused by name', async () => {
  await refused(
    ecr.describeRepositories({ repositoryNames: ['none'] }),
    'RepositoryNotFoundException',
    /registry with id '000000000000'/,
    400,
  );
  await refused(ecr.createRepository({ repositoryName: 'UPPER' }), 'InvalidParameterException');
  await refused(
    ecr.putLifecyclePolicy({ repositoryName: 'sdk/app', lifecyclePolicyText: '{"rules":[]}'.padEnd(100) }),
    'NotImplemented',
    /PutLifecyclePolicy/,
    501,
  );
  await refused(ecr.startImageScan({ repositoryName: 'sdk/app', imageId: {} }), 'NotImplemented', /StartImageScan/, 501);
  await refused(ecr.getLifecyclePolicy({ repositoryName: 'sdk/app' }), 'LifecyclePolicyNotFoundException');
});

test('a token opens what the role of its asker may do', async () => {
  const { iam, sts } = sdk(platform.url);
  const RoleName = 'puller';
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' }],
  };
  const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
  await iam.attachRolePolicy({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly' });
  const { Credentials } = await sts.assumeRole({ RoleArn: Role!.Arn!, RoleSessionName: 'test' });
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!;
  const credentials = { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! };
  const puller = new ECR({ endpoint: platform.url, region: 'us-east-1', maxAttempts: 1, credentials });
  const { authorizationData } = await puller.getAuthorizationToken({});
  const ask = (method: string, rest: string) =>
    fetch(`${platform.url}/v2/sdk/app/${rest}`, {
      method,
      headers: { authorization: `Basic ${authorizationData![0]!.authorizationToken}` },
    });
  assert.equal((await ask('GET', 'manifests/v1')).status, 200);
  const denied = await ask('POST', 'blobs/uploads/');
  assert.equal(denied.status, 403);
  assert.match(await denied.text(), /"DENIED".*assumed-role\/puller\/test is not authorized to perform: ecr:InitiateLayerUpload/);
  await iam.detachRolePolicy({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly' });
  assert.equal((await ask('GET', 'manifests/v1')).status, 403, 'what the role may do is asked each time');
  for (const client of [iam, sts, puller]) client.destroy();
});

test('a page of somebody else reaches no registry, neither does a foreign name', async () => {
  const evil = await fetch(`${platform.url}/v2/`, { headers: { origin: 'https://evil.example' } });
  assert.equal(evil.status, 403);
  const post = await fetch(`${platform.url}/v2/sdk/app/blobs/uploads/`, {
    method: 'POST',
    headers: { origin: 'null', authorization: 'Basic eDp5' },
  });
  assert.equal(post.status, 403);
});

test('API Gateway still answers below /v2/', async () => {
  const answer = await fetch(`${platform.url}/v2/apis`);
  assert.deepEqual([answer.status, await answer.json()], [200, { items: [] }]);
});

const noSkopeo = lacking('skopeo', 'umoci');

test('skopeo pushes and pulls, as anybody and logged in; umoci unpacks what came', { skip: noSkopeo }, async () => {
  const archive = await dockerArchive(
    [
      { name: 'bin/app', content: '#!/bin/sh\n', mode: 0o755 },
      { name: 'etc/old', content: '1' },
    ],
    [{ name: 'etc/.wh.old' }, { name: 'big', content: Buffer.alloc(3_000_000, 'random-ish') }],
  );
  fs.writeFileSync(path.join(folder, 'img.tar'), archive);
  await ecr.createRepository({ repositoryName: 'skopeo/app' });
  const skopeo = (...args: string[]) => run('skopeo', ['--insecure-policy', ...args], folder);
  const to = `docker://${host}/skopeo/app:1`;
  await skopeo('copy', '--dest-tls-verify=false', 'docker-archive:img.tar', to);
  await skopeo('copy', '--src-tls-verify=false', to, 'oci:layout:1');
  await run('umoci', ['unpack', '--rootless', '--image', 'layout:1', 'bundle'], folder);
  assert.deepEqual(fs.readdirSync(path.join(folder, 'bundle/rootfs')).sort(), ['big', 'bin', 'etc']);
  assert.deepEqual(fs.readdirSync(path.join(folder, 'bundle/rootfs/etc')), []);

  await other.createRepository({ repositoryName: 'mine' });
  const { authorizationData } = await other.getAuthorizationToken({});
  const [user, password] = Buffer.from(authorizationData![0]!.authorizationToken!, 'base64').toString().split(':');
  await skopeo(
    'copy',
    '--dest-tls-verify=false',
    '--dest-creds',
    `${user}:${password}`,
    'oci:layout:1',
    `docker://${host}/mine:2`,
  );
  assert.deepEqual(
    (await other.listImages({ repositoryName: 'mine' })).imageIds!.map(({ imageTag }) => imageTag),
    ['2'],
  );
  await assert.rejects(
    skopeo('copy', '--dest-tls-verify=false', '--dest-creds', 'AWS:wrong', 'oci:layout:1', `docker://${host}/mine:3`),
    /unauthorized/,
  );
  await assert.rejects(skopeo('copy', '--dest-tls-verify=false', 'oci:layout:1', `docker://${host}/none:1`), /name unknown/);
  await skopeo('delete', '--tls-verify=false', to);
  assert.deepEqual((await ecr.listImages({ repositoryName: 'skopeo/app' })).imageIds, []);
});

test('archives of skopeo, of both kinds, are pushed by the command line', { skip: noSkopeo }, async () => {
  await run('skopeo', ['--insecure-policy', 'copy', 'docker-archive:img.tar', 'oci-archive:oci.tar:x'], folder);
  const main = path.join(import.meta.dirname, '../../src/main.ts');
  for (const [file, name] of [
    ['img.tar', 'arch/docker:7'],
    ['oci.tar', 'arch/oci'],
  ] as const) {
    const out = await run(process.execPath, ['--no-warnings', main, '--url', platform.url, 'images', 'push', file, name], folder);
    const [uri, digest] = out.trim().split('\n');
    const inspected = JSON.parse(await run('skopeo', ['inspect', '--tls-verify=false', `docker://${uri}`], folder));
    assert.deepEqual([inspected.Digest, inspected.Env], [digest, ['A=1']]);
  }
});

test('buildah builds and pushes an image', { skip: lacking('buildah') }, async () => {
  await ecr.createRepository({ repositoryName: 'built' });
  fs.mkdirSync(path.join(folder, 'context'));
  fs.writeFileSync(path.join(folder, 'context/app'), 'the application');
  fs.writeFileSync(path.join(folder, 'context/Containerfile'), 'FROM scratch\nCOPY app /srv/app\nENTRYPOINT ["/srv/app"]\n');
  const storage = ['--storage-driver', 'vfs', '--root', path.join(folder, 'storage'), '--runroot', path.join(folder, 'run')];
  const buildah = (...args: string[]) => run('buildah', [...storage, ...args], folder);
  await buildah('bud', '--isolation', 'chroot', '-t', `${host}/built:1`, 'context');
  await buildah('push', '--tls-verify=false', `${host}/built:1`);
  const { imageDetails } = await ecr.describeImages({ repositoryName: 'built' });
  assert.equal(imageDetails![0]!.imageManifestMediaType, 'application/vnd.oci.image.manifest.v1+json');
});
