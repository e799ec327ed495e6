import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { builderRoom } from '../support/builder-room.ts';
import { clients, createRole } from '../support/deploy.ts';
import { digestOf, tarOf } from '../support/ecr-room.ts';
import { dalamb } from '../support/examples.ts';
import { buildGo } from '../support/go-function.ts';
import { rootFiles } from '../support/image-root.ts';
import { lacking, run as runTool, startRegistry } from '../support/image-tools.ts';
import { ociMissing } from '../support/invoke-room.ts';
import { type Platform, root, startPlatform } from '../support/platform.ts';
import { type Repository, repositoryAt } from '../support/pushed-application.ts';

const run = promisify(execFile);
const program = await buildGo('image-program');
const missing = ociMissing ?? (lacking('buildah', 'skopeo', 'docker-registry') || (program === undefined && 'no Go here'));
const TOOLS = [
  'sh',
  'cat',
  'ls',
  'id',
  'mkdir',
  'mknod',
  'mount',
  'umount',
  'touch',
  'chown',
  'head',
  'sleep',
  'timeout',
  'wc',
  'unshare',
];

/** An address of this machine that builders may be let to reach: not loopback, which is their own. */
const address = Object.values(os.networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

/** An image with a shell and some programs of this machine, in a registry. */
async function pushTools(folder: string, host: string): Promise<string> {
  const programs = await Promise.all(TOOLS.map(async (name) => (await run('which', [name])).stdout.trim()));
  const files = [...rootFiles(programs)].map(([name, from]) => [name.replace(/^usr\/s?bin\//, 'bin/'), from] as const);
  const layer = await tarOf(...files.map(([name, from]) => ({ name, content: fs.readFileSync(from), mode: 0o755 })), {
    name: 'tmp/',
    type: 'directory',
    mode: 0o1777,
  });
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const config = JSON.stringify({
    os: 'linux',
    architecture,
    config: { Env: ['PATH=/usr/bin:/bin:/usr/sbin:/sbin'] },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  });
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: ['tools:1'], Layers: ['layer.tar'] }]);
  const archive = await tarOf(
    { name: 'manifest.json', content: manifest },
    { name: 'config.json', content: config },
    { name: 'layer.tar', content: layer },
  );
  fs.writeFileSync(path.join(folder, 'tools.tar'), archive);
  await runTool(
    'skopeo',
    ['copy', '-q', '--insecure-policy', '--dest-tls-verify=false', 'docker-archive:tools.tar', `docker://${host}/tools:1`],
    folder,
  );
  return `${host}/tools:1`;
}

suite('an application with a Dockerfile', { skip: missing || (!address && 'no network here'), timeout: 300_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-dockerfile-'));
  let registry: Awaited<ReturnType<typeof startRegistry>>;
  let platform: Platform;
  let tools: string;
  let shop: Repository;
  const cli = (...args: string[]) => dalamb(platform, '--app', 'shop', ...args);
  const dockerfile = (lines: readonly string[]) => `${lines.join('\n')}\n`;
  const good = (more: readonly string[] = []) =>
    dockerfile([
      `FROM ${tools} AS made`,
      'ARG WHO=nobody',
      'RUN echo "made by $(id -u) for $WHO" && printf "hello $WHO" > /greeting',
      ...more,
      'FROM scratch',
      'COPY --from=made /greeting /greeting',
      'COPY --chmod=755 main /main',
      'ENTRYPOINT ["/main"]',
      'CMD ["one"]',
    ]);
  const refusedPush = (repository: Repository) =>
    repository.push('dalamb').then(
      () => assert.fail('it was taken'),
      (error) => error.stderr as string,
    );
  const invoke = async (name: string, event: object = {}, account = 'test') => {
    const { lambda } = clients(platform.url, { accessKeyId: account, secretAccessKey: 'test' });
    const { Payload, FunctionError } = await lambda.invoke({
      FunctionName: name,
      Qualifier: 'live',
      Payload: Buffer.from(JSON.stringify(event)),
    });
    const said = JSON.parse(Buffer.from(Payload!).toString());
    assert.equal(FunctionError, undefined, JSON.stringify(said));
    return said;
  };
  const codeOf = async (process: string, ...stage: string[]) => {
    const { release } = JSON.parse(await cli(...stage, '--json', 'ps')) as {
      release: { processes: { name: string; code: { uri: string } }[] };
    };
    return release.processes.find(({ name }) => name === process)!.code.uri;
  };

  before(async () => {
    fs.mkdirSync(path.join(folder, 'registry'));
    registry = await startRegistry(path.join(folder, 'registry'), { address: address! });
    tools = await pushTools(folder, registry.host);
    const [, port] = registry.host.split(':');
    const config = [`[images]\ninsecure = ["${registry.host}"]`, `[build]\nallow = [{ to = "${address}", port = ${port} }]`].join(
      '\n',
    );
    platform = await startPlatform({ config });
    const body = fs.readFileSync(path.join(folder, 'tools.tar'));
    const headers = { 'content-type': 'application/x-tar' };
    await fetch(`${platform.url}/_dalamb/api/images/team%2Ftools?tag=1`, { method: 'PUT', body, headers });
    const role = await createRole(clients(platform.url), 'runner', ['service-role/AWSLambdaBasicExecutionRole']);
    for (const name of ['shop', 'hostile']) await dalamb(platform, 'create', name, '--role', role);
    shop = await repositoryAt(path.join(folder, 'shop'), { dalamb: `${platform.url}/_dalamb/git/shop.git` });
    fs.writeFileSync(path.join(shop.folder, 'main'), program!);
  });
  after(async () => {
    await platform?.stop();
    registry?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('a push builds its image, and processes are functions of it: words of the Procfile are commands', async () => {
    await shop.commit('First', {
      Dockerfile: good(),
      '.dockerignore': '*.md\nDockerfile\nProcfile\ndalamb.toml\n.dockerignore\n',
      Procfile: 'api: two "and more"\nweb: serve\n',
      'dalamb.toml':
        '[functions.web.environment]\nDALAMB_ADAPTER = "http"\n[functions.plain]\nmemory = 128\n[build.environment]\nWHO = "ann"\n',
    });
    const said = await shop.push('dalamb');
    assert.match(said, /remote: .*building the image of Dockerfile/);
    assert.match(said, /remote: .*made by 0 for ann/);
    assert.match(said, /remote: .*[Rr]eleased .*v1/);
    const own = { greeting: 'hello ann', uid: 993 };
    assert.deepEqual(await invoke('shop-api'), { ...own, args: ['two', 'and more'] });
    assert.deepEqual(await invoke('shop-plain'), { ...own, args: ['one'] });
    const asked = { version: '2.0', rawPath: '/there', requestContext: { http: { method: 'GET' } } };
    assert.match((await invoke('shop-web', asked)).body, /^\/there \{"args":\["serve"\]/);
    assert.match(await codeOf('api'), /^000000000000\.dkr\.ecr\.us-east-1\.amazonaws\.com\/apps\/shop@sha256:/);
  });

  test('what is not in the image builds the same image again; the same files build nothing', async () => {
    const before = await codeOf('api');
    await shop.commit('Say what it is', { 'README.md': 'A shop.\n' });
    const planned = await run(
      process.execPath,
      [path.join(root, 'src/main.ts'), '--url', platform.url, '--app', 'shop', 'plan'],
      {
        cwd: shop.folder,
      },
    );
    assert.match(planned.stdout, /no difference/, 'built again it is the same image');
    assert.match(await cli('releases'), /v1 +current/);
    const said = await shop.push('dalamb');
    assert.match(said, /the image is as it was/, 'the plan has built it');
    assert.equal(await codeOf('api'), before);
    const { stdout: tree } = await run('git', ['commit-tree', '-p', 'HEAD', '-m', 'Nothing', 'HEAD^{tree}'], {
      cwd: shop.folder,
      env: { ...process.env, GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' },
    });
    await run('git', ['reset', '-q', '--hard', tree.trim()], { cwd: shop.folder });
    const again = await shop.push('dalamb');
    assert.match(again, /the image is as it was: Dockerfile is not built again/);
    assert.equal(await codeOf('api'), before);
  });

  test('a step that fails refuses the push, and its words are in it', async () => {
    await shop.commit('Broken', { Dockerfile: good(['RUN echo no such luck; exit 7']) });
    const said = await refusedPush(shop);
    assert.match(said, /no such luck/);
    assert.match(said, /buildah build Dockerfile ended with code/);
    await shop.commit('Unknown base', { Dockerfile: `FROM ${registry.host}/none:1\n` });
    assert.match(await refusedPush(shop), /none:1|manifest unknown/);
    await shop.commit('A base of Docker Hub by its short name', { Dockerfile: 'FROM dalamb-test/none:1\n' });
    assert.match(await refusedPush(shop), /Trying to pull docker\.io\/dalamb-test\/none:1/);
    assert.match(await cli('releases'), /v3 +current/);
    await shop.commit('Whole again', { Dockerfile: good(['RUN printf " and all" >> /greeting']) });
    await shop.push('dalamb');
    assert.equal((await invoke('shop-api')).greeting, 'hello ann and all');
    await cli('rollback');
    assert.equal((await invoke('shop-api')).greeting, 'hello ann');
  });

  test('a promotion carries the image to the other environment, where it outlives the first', async () => {
    await dalamb(platform, 'env:create', 'prod');
    const { environments } = JSON.parse(await dalamb(platform, '--json', 'env')) as {
      environments: { name: string; account: string }[];
    };
    const { account } = environments.find(({ name }) => name === 'prod')!;
    await createRole(clients(platform.url, { accessKeyId: account, secretAccessKey: 'test' }), 'runner');
    await cli('promote', '--to', 'prod');
    const uri = await codeOf('api', '--env', 'prod');
    assert.equal(uri, (await codeOf('api')).replace('000000000000', account));
    assert.equal((await invoke('shop-api', {}, account)).greeting, 'hello ann');
    const images = async (who: string) => {
      const { ECR } = await import('@aws-sdk/client-ecr');
      const ecr = new ECR({
        endpoint: platform.url,
        region: 'us-east-1',
        credentials: { accessKeyId: who, secretAccessKey: 'test' },
      });
      return ecr.describeImages({ repositoryName: 'apps/shop' }).then(
        ({ imageDetails }) => imageDetails!.length,
        (error) => error.name as string,
      );
    };
    assert.equal(await images(account), 1);
    assert.equal(await images('test'), 2);
    await dalamb(platform, 'destroy', 'shop', '--confirm', 'shop');
    assert.equal(await images('test'), 'RepositoryNotFoundException');
    assert.equal((await invoke('shop-api', {}, account)).greeting, 'hello ann');
  });

  test('hostile steps stay within their builder, on a base out of this platform’s own registry', async () => {
    const hostile = await repositoryAt(path.join(folder, 'hostile'), { dalamb: `${platform.url}/_dalamb/git/hostile.git` });
    const own = '000000000000.dkr.ecr.us-east-1.amazonaws.com';
    const push = async (step: string, base = `${own}/team/tools:1`) => {
      await hostile.commit(`Try ${step.length}`, {
        Procfile: 'web: x\n',
        Dockerfile: dockerfile([`FROM ${base}`, `RUN ${step}`]),
      });
      return hostile.push('dalamb').catch((error) => error.stderr as string);
    };
    const escaping = await push(
      [
        'mount -t proc proc /tmp && echo ESCAPED mount',
        'unshare -r true && echo ESCAPED user',
        'unshare -n true && echo ESCAPED net',
        'mknod /tmp/sda b 8 0 && echo ESCAPED device',
        'echo 1 > /proc/sys/kernel/panic && echo ESCAPED sysctl',
        'echo h > /proc/sysrq-trigger && echo ESCAPED sysrq',
        'ls /proc/1/root/var/lib/dalamb /proc/1/root/work /proc/1/root/etc/shadow && echo ESCAPED files',
        'echo x > /proc/1/root/usr/bin/x && echo ESCAPED write',
        'exit 1',
      ].join('; '),
    );
    assert.match(escaping, /STEP 2\/2.*ended with code/s);
    assert.match(
      await push('true', `2222${own.slice(4)}/team/tools:1`),
      /no resource-based policy allows the ecr:BatchGetImage action/,
    );
    assert.doesNotMatch(escaping, /^remote: ESCAPED/m);
    assert.equal(await fetch(`${platform.url}/_dalamb/health`).then(({ status }) => status), 200);
  });

  test('steps that hang, fork or fill the disk end at the limits of a builder', async (t) => {
    const room = await builderRoom();
    t.after(() => room.close());
    const [, port] = registry.host.split(':');
    const limits = { diskMiB: 128, memoryMiB: 192, pids: 48 };
    const own = { allow: [{ to: address!, port: Number(port) }], insecure: [registry.host] };
    const refused = async (step: string, settings = {}, base = tools) => {
      const bench = await room.bench(t, { settings: { ...limits, ...own, ...settings } });
      const files = { Procfile: 'web: x\n', Dockerfile: dockerfile([`FROM ${base}`, `RUN ${step}`]) };
      return bench.build(files).then(
        () => assert.fail('it was built'),
        (error) => `${error.message}\n${bench.lines.join('\n')}`,
      );
    };
    const hanging = refused('sleep 60', { seconds: 5 });
    assert.match(await refused('head -c 200M /dev/zero > /big; exit 1'), /disk of 128 MiB is full|no space left on device/i);
    assert.match(await refused('b() { b | b & }; b; b; sleep 1; exit 1'), /Cannot fork/);
    assert.match(await refused('x=x; while :; do x=$x$x$x$x; done'), /it needs more memory than the 192 MiB of a builder/);
    assert.match(
      await refused('head -c 40M /dev/urandom > /big', { imageMiB: 8, diskMiB: 512 }),
      /what the build made has more than 8 MiB/,
    );
    assert.match(await refused('true', {}, 'short/name:1'), /pinging container registry registry-1\.docker\.io/);
    assert.match(await hanging, /^the build failed: it took longer than 5 s, and was ended/);
  });
});
