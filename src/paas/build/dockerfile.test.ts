import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../kernel/index.ts';
import type { SandboxDriver } from '../../sandbox/index.ts';
import { type BuildBench, buildBench, type Files, RUNTIMES } from './build.fixture.ts';

/** Says that it has what is needed, and boots nothing: a build of an image that comes as far fails by that. */
const unbootable = {
  name: 'oci',
  features: { isolation: true, nested: true },
  boot: async () => Promise.reject(Object.assign(new Error('as far as a builder'), { code: 'AsFar' })),
} as unknown as SandboxDriver;

const node = { ...RUNTIMES.get('nodejs26.x')!, mounts: [{ source: '/nowhere', target: '/var/lang' }] };
const runtimes = new Map([...RUNTIMES, [node.name, node] as const]);

const refused = async (bench: BuildBench, files: Files): Promise<string> =>
  bench.build(files).then(
    () => assert.fail('it was built'),
    (error) => {
      if (!isFailure(error) && error.code !== 'AsFar') throw error;
      return error.message.replace('the build failed: ', '');
    },
  );

const code = 'exports.handler = async () => 1;\n';
const FAR = 'as far as a builder';

test('a language wins where there is one for the handler, else the Dockerfile', async (t) => {
  const bench = await buildBench(t, { driver: unbootable, runtimes });
  const of = async (files: Files) => {
    const said = await bench.build({ Dockerfile: 'FROM scratch\n', ...files }).then(
      ({ processes }) => processes.map(({ runtime }) => runtime ?? 'image').join(),
      (error) => error.message,
    );
    return said === FAR ? 'image' : said;
  };
  assert.equal(await of({ Procfile: 'web: index.handler', 'index.js': code }), 'nodejs24.x');
  assert.equal(await of({ Procfile: 'web: index.handler' }), 'image');
  assert.equal(await of({ Procfile: 'web: node index.js', 'index.js': code, 'package.json': '{}' }), 'image');
  assert.equal(await of({ 'index.js': code }), 'image');
  assert.equal(await of({ 'dalamb.toml': '[functions.web]\nmemory = 256' }), 'image');
  assert.equal(
    await of({ Procfile: 'web: index.handler', 'index.js': code, 'dalamb.toml': '[build]\ndockerfile = "Dockerfile"' }),
    'image',
  );
  const own = '[build]\ndockerfile = "Dockerfile"\n[functions.web]\nruntime = "nodejs22.x"';
  assert.equal(await of({ Procfile: 'web: index.handler', 'index.js': code, 'dalamb.toml': own }), 'nodejs22.x');
  assert.equal(
    await of({ Procfile: 'web: index.handler', 'index.js': code, 'dalamb.toml': '[app]\nruntime = "nodejs22.x"' }),
    'nodejs22.x',
  );
});

test('what cannot be is refused before a builder starts, by its place', async (t) => {
  const bench = await buildBench(t, { driver: unbootable, runtimes });
  const plain = { Dockerfile: 'FROM scratch\n', Procfile: 'web: serve' };
  const declared = (text: string) => refused(bench, { ...plain, 'dalamb.toml': text });
  assert.equal(await declared(''), FAR);
  assert.match(await declared('[build]\ndockerfile = "deploy/Dockerfile"'), /there is no file deploy\/Dockerfile/);
  assert.match(await declared('[build]\ndockerfile = "../Dockerfile"'), /^dalamb\.toml:2:1: build\.dockerfile: is no path below/);
  assert.match(await declared('[build]\ncommand = "make"'), /^dalamb\.toml:2:1: build\.command: it is run for code/);
  assert.match(await declared('[build]\nexclude = ["*.md"]'), /^dalamb\.toml:2:1: build\.exclude: .*\.dockerignore/);
  assert.match(
    await declared('[app]\nruntime = "nodejs24.x"\n[build]\ndockerfile = "Dockerfile"'),
    /^dalamb\.toml:2:1: app\.runtime/,
  );
  const image = `[app]\nimage = "localhost:1/x@sha256:${'a'.repeat(64)}"\n[build]\ndockerfile = "Dockerfile"`;
  assert.match(await declared(image), /^dalamb\.toml:4:1: build\.dockerfile: app\.image/);
  assert.match(await refused(bench, { ...plain, Procfile: 'web: sh -c "x' }), /^Procfile:1:6: .* has a quote without an end/);
  assert.match(await refused(bench, { ...plain, Dockerfile: { link: 'other' } }), /is a command|has no|does not name/);
  assert.match(await refused(bench, { ...plain, Dockerfile: 'x'.repeat(2 ** 20 + 1) }), /Dockerfile has more than 1048576 bytes/);
  for (const base of ['localhost:4566/base', '127.0.0.1:4566/base:1'])
    assert.match(
      await refused(bench, { ...plain, Dockerfile: `ARG X=1\n  from --platform=linux/amd64 ${base} AS one\n` }),
      /in a builder that is the builder; images of this platform are ACCOUNT\.dkr\.ecr/,
    );
  const own = (n: number) => `FROM ${String(n).padStart(12, '0')}.dkr.ecr.us-east-1.amazonaws.com/base:1\n`;
  assert.equal(await refused(bench, { ...plain, Dockerfile: own(0) }), FAR);
  const many = Array.from({ length: 21 }, (_, n) => own(n)).join('');
  assert.match(await refused(bench, { ...plain, Dockerfile: many }), /more than 20 registries of this platform/);
});

test('a platform that is not to build them says so', async (t) => {
  const bench = await buildBench(t, { driver: unbootable, runtimes, settings: { dockerfile: false } });
  assert.match(await refused(bench, { Dockerfile: 'FROM scratch\n', Procfile: 'web: serve' }), /dockerfile is false/);
});
