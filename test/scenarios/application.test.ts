import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { IAM } from '@aws-sdk/client-iam';
import type { S3 } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { indexHosts, reachable } from '../support/builder-room.ts';
import { openControlApi } from '../support/control-api.ts';
import { clients, createRole } from '../support/deploy.ts';
import { credentials, dalamb } from '../support/examples.ts';
import { ociMissing } from '../support/invoke-room.ts';
import { type Platform, root, startPlatform } from '../support/platform.ts';

const run = promisify(execFile);
const CLI = ['--disable-warning=ExperimentalWarning', path.join(root, 'src/main.ts')];
const POLICIES = ['service-role/AWSLambdaBasicExecutionRole', 'AmazonS3FullAccess'];

/** How this machine's Python is told of its index, for builders that go there. */
const INDEX_VARIABLES = ['PIP_INDEX_URL', 'PIP_CERT', 'SSL_CERT_FILE'];

suite('an application, from a push to a promotion', { skip: ociMissing ?? false, timeout: 240_000 }, () => {
  let platform: Platform;
  let folder: string;
  let s3: S3;
  const at = (name: string) => path.join(folder, name);
  const cli = (...args: string[]) => dalamb(platform, '--app', 'thumbnails', ...args);
  const git = async (...args: string[]) => {
    const identity = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.com', '-c', 'commit.gpgsign=false'];
    const env = {
      ...process.env,
      GIT_SSH_COMMAND: `ssh -i ${at('../key')} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -F none`,
    };
    return run('git', [...identity, ...args], { cwd: folder, env });
  };
  const put = async (name: string) => {
    const picture = sharp({ create: { width: 400, height: 200, channels: 3, background: 'red' } });
    await s3.putObject({ Bucket: 'photos', Key: `incoming/${name}`, Body: await picture.png().toBuffer() });
  };
  const width = async (name: string) => {
    for (let i = 0; i < 300; i++) {
      const found = await s3.getObject({ Bucket: 'photos', Key: `thumbnails/${name}` }).catch(() => undefined);
      if (found) return (await sharp(await found.Body!.transformToByteArray()).metadata()).width;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return assert.fail(`no thumbnail of ${name}: ${await cli('logs', 'thumbnails-create')}`);
  };

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-application-'));
    const allow = await reachable(...indexHosts());
    const environment = Object.fromEntries(
      INDEX_VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
    );
    const rules = allow.map(({ to, port }) => `{ to = "${to}", port = ${port} }`).join(', ');
    const variables = Object.entries(environment).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
    const config = `[git]\nssh_port = 0\n[build]\nallow = [${rules}]\nenvironment = { ${variables.join(', ')} }\n`;
    platform = await startPlatform({ config });
    const of = clients(platform.url);
    s3 = of.s3;
    await createRole(of, 'thumbnails', POLICIES);
    await s3.createBucket({ Bucket: 'photos' });
    folder = path.join(folder, 'app');
    fs.cpSync(path.join(root, 'examples/thumbnails-python'), folder, { recursive: true });
    await git('init', '-q', '-b', 'main');
    await git('add', '.');
    await git('commit', '-q', '-m', 'Thumbnails');
  });
  after(async () => {
    await platform?.stop();
    fs.rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  const refusedPush = () =>
    git('push', 'dalamb', 'main').then(
      () => assert.fail('it was taken'),
      (error) => error.stderr as string,
    );

  test('it is created and pushed over HTTP: a push says what it does, and ends in a release', async () => {
    await dalamb(platform, 'create', 'thumbnails', '--role', 'arn:aws:iam::000000000000:role/thumbnails');
    await git('remote', 'add', 'dalamb', `${platform.url}/_dalamb/git/thumbnails.git`);
    const { stderr } = await git('push', 'dalamb', 'main');
    assert.match(stderr, /remote: .*pip install/);
    assert.match(stderr, /remote: .*[Rr]eleased .*v1/);
    assert.match(await cli('ps'), /create +thumbnails-create +python3\.\d+ +CreateThumbnail\.handler +1024 MB +10 s/);
  });

  test('it runs on an event of a bucket', async () => {
    await cli('event-sources:add', 'create', 's3:photos/incoming/*.png');
    await put('first.png');
    assert.equal(await width('first.png'), 128);
  });

  test('it is reconfigured, and rolled back with its configuration', async () => {
    await cli('config:set', 'THUMBNAIL_SIZE=64');
    await put('small.png');
    assert.equal(await width('small.png'), 64);
    assert.match(await cli('releases:diff', 'v2', 'v3'), /config THUMBNAIL_SIZE: \(none\) → \(set\)/);
    assert.match(await cli('rollback'), /v4: Roll back to v2/);
    await put('back.png');
    assert.equal(await width('back.png'), 128);
    assert.match(await cli('releases'), /v4 +current .*\nv3 +superseded +Set THUMBNAIL_SIZE/);
  });

  test('it is pushed over SSH, and a push that cannot be built changes nothing', async () => {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at('../key')]);
    await dalamb(platform, 'members:add', 'ann', '--role', 'deployer', '--app', 'thumbnails');
    await dalamb(platform, 'ssh-keys:add', at('../key.pub'), '--user', 'ann');
    const shown = (await (await fetch(`${platform.url}/_dalamb/api/v1/git`)).json()) as { ssh: { port: number } };
    await git('remote', 'set-url', 'dalamb', `ssh://git@127.0.0.1:${shown.ssh.port}/thumbnails.git`);
    fs.appendFileSync(at('CreateThumbnail.py'), '\nVERSION = 2\n');
    await git('commit', '-qam', 'Second');
    const { stderr } = await git('push', 'dalamb', 'main');
    assert.match(stderr, /[Rr]eleased .*v5/);
    assert.match(await cli('releases'), /v5 +current +Deploy \w+ +ann/);
    fs.writeFileSync(at('Procfile'), 'create: CreateThumbnail.handler\nother: ResizeThumbnail.handler\n');
    await git('commit', '-qam', 'Renamed');
    const plan = await run(process.execPath, [...CLI, '--url', platform.url, '--app', 'thumbnails', 'plan'], { cwd: folder });
    assert.match(
      plan.stdout,
      /^v6 would be:\n.*other handler: \(none\) → ResizeThumbnail\.handler\n.*resize handler: .* → \(none\)/s,
    );
    await git('reset', '-q', '--hard', 'HEAD~1');
    fs.writeFileSync(at('requirements.txt'), 'no-such-package-of-dalamb==1\n');
    await git('commit', '-qam', 'Broken');
    assert.match(await refusedPush(), /BuildFailed/);
    assert.match(await cli('releases'), /^.*\nv5 +current/);
    await git('reset', '-q', '--hard', 'HEAD~1');
    fs.appendFileSync(at('CreateThumbnail.py'), '\nimport not_there\n');
    await git('commit', '-qam', 'Broken in another way');
    assert.match(await refusedPush(), /thumbnails-create cannot be initialised: Runtime.ImportModuleError: .*'not_there'/);
    assert.match(await cli('releases'), /v6 +failed .*\nv5 +current/);
    await put('still.png');
    assert.equal(await width('still.png'), 128);
  });

  test('it is promoted: the same artifact elsewhere, with its own configuration', async () => {
    await dalamb(platform, 'env:create', 'prod');
    const { environments } = JSON.parse(await dalamb(platform, '--json', 'env')) as {
      environments: { name: string; account: string }[];
    };
    const { account } = environments.find(({ name }) => name === 'prod')!;
    await assert.rejects(cli('promote', '--to', 'prod'), /there is no role/);
    const config = { endpoint: platform.url, region: 'us-east-1', maxAttempts: 1 };
    const iam = new IAM({ ...config, credentials: { ...credentials, accessKeyId: account } });
    await createRole({ ...clients(platform.url), iam }, 'thumbnails', POLICIES);
    assert.match(await cli('promote', '--to', 'prod'), /v1: Promote v5 of default/);
    const here = JSON.parse(await cli('--json', 'ps')) as { release: { processes: { code: object }[] } };
    const there = JSON.parse(await cli('--env', 'prod', '--json', 'ps')) as typeof here;
    assert.deepEqual(there.release.processes[0]!.code, here.release.processes[0]!.code);
  });

  test('a branch of it is previewed in an environment of its own, which goes again', async () => {
    await git('push', '-q', `${platform.url}/_dalamb/git/thumbnails.git`, 'HEAD~1:refs/heads/preview');
    assert.match(await cli('review:create', 'preview'), /preview/);
    const { reviews } = JSON.parse(await cli('--json', 'reviews')) as { reviews: { branch: string; account: string }[] };
    const [review] = reviews;
    assert.equal(review!.branch, 'preview');
    const shown = await cli('--env', review!.account, 'ps');
    assert.match(shown, /create +thumbnails-create/);
    await cli('review:destroy', 'preview');
    assert.deepEqual(JSON.parse(await cli('--json', 'reviews')).reviews, []);
  });

  test('the API tells of it what its own document says', async () => {
    const { ask } = await openControlApi(platform.url);
    for (const part of [
      '',
      '/config',
      '/releases',
      '/releases/v5',
      '/diff?from=1&to=v2',
      '/rollback',
      '/reviews',
      '/review-settings',
    ])
      await ask(`GET /apps/thumbnails${part}`);
    for (const list of ['/apps?env=prod', '/environments', '/members', '/ssh-keys?user=ann', '/audit?app=thumbnails&limit=500'])
      await ask(`GET ${list}`);
    await ask('PUT /apps/thumbnails/processes/create', { timeoutSeconds: 9 });
    await ask('POST /apps/thumbnails/rollback', { to: 5 });
    await ask('POST /apps/thumbnails/promote', { to: 'prod' });
  });

  test('it is killed and comes back as it was', async () => {
    const { directory } = platform;
    await platform.kill();
    platform = await startPlatform({ directory });
    s3 = clients(platform.url).s3;
    await put('after.png');
    assert.equal(await width('after.png'), 128);
    assert.match(await cli('releases'), /v8 +current/);
  });
});
