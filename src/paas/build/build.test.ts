import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { randomIds, systemClock } from '../../kernel/index.ts';
import { createTrees, type SandboxDriver } from '../../sandbox/index.ts';
import { type BuildBench, buildBench, type Files, RUNTIMES } from './build.fixture.ts';

const refused = async (bench: BuildBench, files: Files) => {
  try {
    await bench.build(files);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    assert.ok(code === 'BuildFailed' || code === 'NotImplemented', String(error));
    return message;
  }
  return assert.fail('it was built');
};

const handler = 'exports.handler = async () => 1;\n';

test('an application without dependencies is packed without a sandbox, and unpacks as it was pushed', async (t) => {
  const bench = await buildBench(t);
  const built = await bench.build({
    Procfile: 'web: index.handler\nwork: jobs/work.run\n',
    'dalamb.toml': '[functions.work]\nmemory = 256\nsmoke = {}\n[buckets.photos]\n[build]\nexclude = ["test/**"]\n',
    'index.mjs': 'export const handler = () => 1;\n',
    'jobs/work.py': 'def run(event, context): return 1\n',
    'test/a.test.mjs': 'x',
    'tool.sh': { program: '#!/bin/sh\n' },
    'latest.txt': { link: 'jobs/work.py' },
  });
  assert.deepEqual(
    built.processes.map(({ name, runtime, handler, memoryMiB, timeoutSeconds, ephemeralMiB }) => [
      name,
      runtime,
      handler,
      memoryMiB,
      timeoutSeconds,
      ephemeralMiB,
    ]),
    [
      ['web', 'nodejs24.x', 'index.handler', 1024, 10, 512],
      ['work', 'python3.13', 'jobs/work.run', 256, 10, 512],
    ],
  );
  assert.deepEqual(built.resources, [{ kind: 'bucket', name: 'photos', settings: { versioning: false } }]);
  assert.deepEqual(built.checks, { smoke: { work: {} } });
  const zip = await bench.zip(built, 'web');
  const trees = await createTrees({
    directory: path.join(bench.directory, 'trees'),
    readBlob: async () =>
      (async function* () {
        yield zip;
      })(),
    clock: systemClock,
    ids: randomIds,
  });
  const { hash } = built.processes[0]!.code as { hash: string };
  await trees.prepare(hash);
  const at = (name: string) => path.join(trees.path(hash), name);
  assert.equal(fs.readFileSync(at('index.mjs'), 'utf8'), 'export const handler = () => 1;\n');
  assert.equal(fs.statSync(at('tool.sh')).mode & 0o777, 0o755);
  assert.equal(fs.statSync(at('index.mjs')).mode & 0o777, 0o644);
  assert.equal(fs.readlinkSync(at('latest.txt')), 'jobs/work.py');
  assert.equal(fs.existsSync(at('test')), false);
});

test('the same files give the same hash, in whatever order and from whatever platform', async (t) => {
  const files: Files = { Procfile: 'web: index.handler', 'index.js': handler, 'lib/b.js': 'b'.repeat(5000), 'lib/a.js': 'a' };
  const backwards = Object.fromEntries(Object.entries(files).reverse());
  const hash = async (bench: BuildBench, source: Files) => (await bench.build(source)).processes[0]!.code;
  const [one, other] = [await buildBench(t), await buildBench(t)];
  const first = await hash(one, files);
  assert.deepEqual(await hash(one, backwards), first);
  assert.deepEqual(await hash(other, files), first);
  assert.notDeepEqual(await hash(one, { ...files, 'lib/a.js': 'A' }), first);
});

test('languages and runtimes follow from the files', async (t) => {
  const bench = await buildBench(t);
  const runtimeOf = async (files: Files) =>
    (await bench.build({ Procfile: 'web: index.handler', ...files })).processes[0]!.runtime;
  assert.equal(await runtimeOf({ 'index.cjs': handler }), 'nodejs24.x');
  assert.equal(await runtimeOf({ 'index.js': handler, 'package.json': '{"engines":{"node":">=20 <23"}}' }), 'nodejs22.x');
  assert.equal(await runtimeOf({ 'index.ts': 'export const handler = (n: number): number => n;' }), 'nodejs24.x');
  assert.equal(await runtimeOf({ 'index.py': 'def handler(e, c): pass' }), 'python3.13');
  assert.equal(await runtimeOf({ 'index.py': '', '.python-version': '3.11.4\n' }), 'python3.11');
  assert.equal(
    await runtimeOf({ 'index.py': '', 'pyproject.toml': '[project]\nrequires-python = ">=3.9,<3.12"\n' }),
    'python3.11',
  );
  const gem = {
    Procfile: 'web: app/web.Shop::Web.handler',
    'app/web.rb': '',
    Gemfile: 'ruby "~> 3.3.0"\n',
    'Gemfile.lock': 'GEM\n',
  };
  assert.equal(await runtimeOf(gem), 'ruby3.3');
  assert.equal(await runtimeOf({ Procfile: 'web: app.handler', 'app.rb': '', 'package.json': '{}' }), 'ruby3.3');
  assert.equal(await runtimeOf({ bootstrap: { program: '#!/bin/sh\n' } }), 'provided.al2023');
  assert.equal(await runtimeOf({ 'index.js': handler, 'dalamb.toml': '[app]\nruntime = "nodejs26.x"' }), 'nodejs26.x');
});

test('what cannot be built says why, and where', async (t) => {
  const bench = await buildBench(t);
  const web = { Procfile: 'web: index.handler' };
  assert.match(await refused(bench, { 'index.js': handler }), /Procfile:1:1: there is none: write lines like/);
  assert.match(await refused(bench, { 'index.js': handler, Procfile: '' }), /Procfile:1:1: it names no process/);
  assert.match(
    await refused(bench, { 'index.js': handler, Real: web.Procfile, Procfile: { link: 'Real' } }),
    /Procfile is a link/,
  );
  assert.match(await refused(bench, { ...web }), /Procfile:1:6: nothing here says in what language/);
  assert.match(await refused(bench, { ...web, 'package.json': '{}' }), /there is no index\.js, \.mjs/);
  assert.match(
    await refused(bench, { ...web, 'index.js': handler, 'package.json': '{"engines":{"node":"18"}}' }),
    /asks for Node\.js "18"; here are nodejs26\.x/,
  );
  assert.match(
    await refused(bench, { ...web, 'index.js': '', 'package.json': '{"dependencies":{"a":"1"}}' }),
    /commit package-lock\.json/,
  );
  assert.match(await refused(bench, { ...web, 'index.js': '', 'package.json': '[' }), /package\.json is no JSON/);
  assert.match(await refused(bench, { ...web, 'index.ts': 'enum A { B }' }), /index\.ts:1: .*enum.*\[build\] command/);
  assert.match(await refused(bench, { ...web, Gemfile: '' }), /there is no index\.rb/);
  assert.match(await refused(bench, { ...web, 'index.rb': '', Gemfile: '' }), /Gemfile is here without Gemfile\.lock/);
  const program = { 'go.mod': 'module x', 'main.go': 'package main' };
  assert.match(
    await refused(bench, { ...program, Procfile: 'web: cmd/wbe.handler', 'cmd/web/main.go': 'package main' }),
    /cmd\/wbe\.handler: there is no folder cmd\/wbe with Go files/,
  );
  assert.match(await refused(bench, { ...program, Procfile: 'web: main.handler', 'pom.xml': '' }), /without isolation/, 'Go');
  assert.match(await refused(bench, { Procfile: 'web: node server.js' }), /is a command/);
  assert.match(await refused(bench, { ...web, Dockerfile: '' }), /not built here, for that needs isolated sandboxes by runc/);
  assert.match(await refused(bench, { ...web, bootstrap: '#!/bin/sh' }), /bootstrap is not executable/);
  assert.match(
    await refused(bench, { ...web, 'index.js': '', 'dalamb.toml': '[app]\nruntime = "nodejs18.x"' }),
    /no runtime nodejs18\.x here \(of Node\.js: nodejs22/,
  );
  assert.match(
    await refused(bench, { ...web, 'index.py': '', 'requirements.txt': 'boto3==1' }),
    /runs without isolation.*unsafe/,
  );
});

test('an image needs no build', async (t) => {
  const bench = await buildBench(t);
  const uri = `localhost:4566/shop/web@sha256:${'a'.repeat(64)}`;
  const built = await bench.build({ Procfile: 'web: node server.js', 'dalamb.toml': `[app]\nimage = "${uri}"` });
  assert.deepEqual(built.processes[0]!.code, { kind: 'image', uri });
  assert.equal(built.processes[0]!.runtime, undefined);
  assert.equal(built.processes[0]!.handler, 'node server.js');
});

test('what a killed build left goes at the next start', async (t) => {
  const bench = await buildBench(t);
  const directory = path.join(bench.directory, 'builds');
  fs.mkdirSync(path.join(directory, 'dependencies'), { recursive: true });
  fs.writeFileSync(path.join(directory, 'dependencies/.new-0123'), 'half');
  const again = await buildBench(t, { directory });
  await again.build({ Procfile: 'web: index.handler', 'index.js': handler });
  assert.deepEqual(fs.readdirSync(path.join(directory, 'dependencies')), []);
  assert.deepEqual(fs.readdirSync(directory), ['dependencies']);
});

test('a sandbox that was booted is destroyed, also when nothing can be written any more', async (t) => {
  const sandboxes = { booted: 0, destroyed: 0 };
  const bench = await buildBench(t, {
    driver: {
      features: { isolation: true },
      boot: async () => {
        sandboxes.booted++;
        fs.rmSync(path.join(bench.directory, 'builds'), { recursive: true });
        const assign = () => Promise.reject(new Error('no more'));
        return { assign, destroy: async () => void sandboxes.destroyed++ };
      },
    } as unknown as SandboxDriver,
    settings: { npm: '/usr/lib/node_modules/npm' },
    runtimes: new Map([...RUNTIMES].map(([name, one]) => [name, { ...one, mounts: [{ source: '/', target: '/var/lang' }] }])),
  });
  const files = { Procfile: 'web: index.handler\n', 'index.js': handler, 'dalamb.toml': '[build]\ncommand = "true"\n' };
  await assert.rejects(bench.build(files), /no more/);
  assert.deepEqual(sandboxes, { booted: 1, destroyed: 1 });
});
