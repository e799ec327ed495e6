import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Files, filesOf, installation, type SETTINGS } from '../../src/paas/build/build.fixture.ts';
import {
  type BuilderRoom,
  builderRoom,
  goMissing,
  goProxy,
  indexHosts,
  npmRegistry,
  pipMissing,
  reachable,
} from '../support/builder-room.ts';
import { ociMissing } from '../support/invoke-room.ts';

const ms = {
  'package.json': '{"name":"shop","version":"1.0.0","dependencies":{"ms":"2.1.3"},"devDependencies":{"is-odd":"3.0.1"}}',
  'package-lock.json': JSON.stringify({
    name: 'shop',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'shop', version: '1.0.0', dependencies: { ms: '2.1.3' }, devDependencies: { 'is-odd': '3.0.1' } },
      'node_modules/is-number': { version: '6.0.0', dev: true },
      'node_modules/is-odd': { version: '3.0.1', dev: true, dependencies: { 'is-number': '^6.0.0' } },
      'node_modules/ms': { version: '2.1.3' },
    },
  }),
};
const shop: Files = {
  Procfile: 'web: index.handler\nwork: index.other\n',
  ...ms,
  'index.js': 'const ms = require("ms"); exports.handler = async () => ms("1h"); exports.other = exports.handler;\n',
};

/** With the registries that this machine uses. */
suite('builds with packages', { skip: ociMissing ?? false, timeout: 300_000 }, () => {
  let room: BuilderRoom;
  let npm: { allow: typeof SETTINGS.allow; environment: Record<string, string> };
  before(async () => {
    room = await builderRoom();
    const registry = npmRegistry();
    npm = { allow: await reachable(new URL(registry).hostname), environment: { npm_config_registry: registry } };
  });
  after(() => room?.close());

  test('npm installs what the lock file names, once; then also with a registry that is down', async (t) => {
    const bench = await room.bench(t, { settings: npm });
    const built = await bench.build(shop);
    assert.ok(bench.lines.includes('$ npm ci --omit=dev'), bench.lines.join('\n'));
    const [web, work] = built.processes;
    assert.deepEqual(web!.code, work!.code);
    const zip = (await bench.zip(built, 'web')).toString('latin1');
    assert.ok(zip.includes('node_modules/ms/index.js') && !zip.includes('node_modules/is-odd'));
    const other = await room.bench(t, { settings: npm });
    assert.deepEqual((await other.build(shop)).processes, built.processes, 'installed anew it is the same');
    const down = await room.bench(t, { directory: path.join(bench.directory, 'builds'), settings: { ...npm, allow: [] } });
    assert.deepEqual((await down.build(shop)).processes, built.processes);
    assert.ok(down.lines.includes('dependencies are as they were: npm ci is not needed'), down.lines.join('\n'));
    await assert.rejects(down.build({ ...shop, '.npmrc': 'fetch-retries=0\n' }), {
      code: 'BuildFailed',
      message: /npm ci --omit=dev ended with code 1/,
    });
    assert.match(down.lines.join('\n'), /npm error/);
  });

  test('commands have the dependencies for development, functions do not', async (t) => {
    const bench = await room.bench(t, { settings: npm });
    const made = 'require("fs").writeFileSync("made.js", "exports.handler = async () => " + require("is-odd")(3))';
    const built = await bench.build({
      ...shop,
      Procfile: 'web: made.handler',
      'make.js': made,
      'dalamb.toml': '[build]\ncommand = "node make.js"\nexclude = ["make.js"]\n',
    });
    const zip = (await bench.zip(built, 'web')).toString('latin1');
    assert.ok(zip.includes('made.js') && zip.includes('node_modules/ms/') && !zip.includes('is-odd') && !zip.includes('make.js'));
  });

  test('native dependencies are compiled by the Node.js that runs them', async (t) => {
    const environment = { ...npm.environment, npm_config_build_from_source: 'true', JOBS: '1' };
    const bench = await room.bench(t, { settings: { ...npm, environment } });
    const scripts = { install: 'node -p process.version > node_modules/version' };
    const dependencies = { bufferutil: '4.0.9' };
    const packages = {
      '': { name: 'n', version: '1.0.0', dependencies },
      'node_modules/bufferutil': { version: '4.0.9', hasInstallScript: true, dependencies: { 'node-gyp-build': '^4.3.0' } },
      'node_modules/node-gyp-build': { version: '4.8.4', bin: { 'node-gyp-build': 'bin.js' } },
    };
    const built = await bench.build({
      Procfile: 'web: index.handler',
      'index.js': 'exports.handler = async () => require("bufferutil")\n',
      'package.json': JSON.stringify({ name: 'n', version: '1.0.0', engines: { node: '22' }, scripts, dependencies }),
      'package-lock.json': JSON.stringify({ name: 'n', version: '1.0.0', lockfileVersion: 3, requires: true, packages }),
    });
    assert.equal(built.processes[0]!.runtime, 'nodejs22.x');
    const zip = (await bench.zip(built, 'web')).toString('latin1');
    assert.match(zip, /node_modules\/bufferutil\/build\/Release\/bufferutil\.node/, bench.lines.join('\n'));
    assert.match(zip, /node_modules\/versionv22\./);
  });

  test('pnpm and Yarn, old and new, install by their own lock files', async (t) => {
    const bench = await room.bench(t, { settings: npm });
    const { 'package-lock.json': _, ...rest } = shop;
    const pnpm = await bench.build({
      ...rest,
      'pnpm-lock.yaml': PNPM_LOCK,
    });
    assert.match((await bench.zip(pnpm, 'web')).toString('latin1'), /node_modules\/ms\/index\.js/);
    const yarn = await bench.build({ ...rest, 'yarn.lock': YARN_LOCK });
    const zip = (await bench.zip(yarn, 'web')).toString('latin1');
    assert.ok(zip.includes('node_modules/ms/index.js') && !zip.includes('node_modules/is-odd'), bench.lines.join('\n'));
    const modern = await bench.build({ ...rest, 'yarn.lock': MODERN_YARN_LOCK });
    const other = (await bench.zip(modern, 'web')).toString('latin1');
    assert.ok(other.includes('node_modules/ms/index.js') && !other.includes('node_modules/is-odd'), bench.lines.join('\n'));
  });

  test('pip installs the requirements of the example', { skip: pipMissing }, async (t) => {
    const bench = await room.bench(t, { settings: { allow: await reachable(...indexHosts()) } });
    const files = filesOf(path.join(installation, 'examples/thumbnails-python'));
    const built = await bench.build(files);
    assert.equal(built.processes[0]!.runtime, 'python3.11');
    const zip = (await bench.zip(built, 'create')).toString('latin1');
    assert.ok(zip.includes('boto3/__init__.py') && zip.includes('PIL/Image.py') && zip.includes('CreateThumbnail.py'));
    assert.ok(!zip.includes('__pycache__'));
    assert.deepEqual(await bench.build(files), built);
  });

  test('uv and Poetry install by their own lock files', { skip: pipMissing }, async (t) => {
    const bench = await room.bench(t, { settings: { allow: await reachable(...indexHosts()) } });
    const web = { Procfile: 'web: app.handler', 'app.py': 'import six\ndef handler(e, c): return six.PY3\n' };
    const uv = await bench.build({ ...web, 'pyproject.toml': PROJECT, 'uv.lock': UV_LOCK });
    assert.match((await bench.zip(uv, 'web')).toString('latin1'), /six\.py/);
    const poetry = await bench.build({ ...web, 'pyproject.toml': PROJECT, 'poetry.lock': POETRY_LOCK });
    assert.match((await bench.zip(poetry, 'web')).toString('latin1'), /six\.py/);
    const plain = await bench.build({ ...web, 'pyproject.toml': PROJECT });
    assert.match((await bench.zip(plain, 'web')).toString('latin1'), /six\.py/);
  });

  test('Go programs are compiled of the folders that their handlers name, once for the same source', {
    skip: goMissing,
  }, async (t) => {
    const { allow, environment } = await goProxy();
    const bench = await room.bench(t, { settings: { allow, environment } });
    const files = {
      Procfile: 'web: cmd/web.handler\nwork: main.handler',
      'go.mod': 'module shop\n\ngo 1.20\n\nrequire github.com/pkg/errors v0.9.1\n',
      'go.sum': GO_SUM,
      'main.go': 'package main\nfunc main() { println("work") }\n',
      'cmd/web/main.go': 'package main\nimport _ "github.com/pkg/errors"\nfunc main() {}\n',
    };
    const built = await bench.build(files);
    assert.equal(built.processes[0]!.runtime, 'provided.al2023');
    assert.equal((await bench.zip(built, 'web')).toString('latin1', 30, 39), 'bootstrap');
    assert.notDeepEqual(built.processes[1]!.code, built.processes[0]!.code);
    assert.ok(bench.lines.includes('$ go mod download'));
    assert.deepEqual(await bench.build(files), built);
    assert.ok(!bench.lines.some((line) => line.startsWith('$ ')), bench.lines.join('\n'));
  });
});

const GO_SUM = `github.com/pkg/errors v0.9.1 h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=
github.com/pkg/errors v0.9.1/go.mod h1:bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0=
`;

const PNPM_LOCK = `lockfileVersion: '9.0'
settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false
importers:
  .:
    dependencies:
      ms:
        specifier: 2.1.3
        version: 2.1.3
    devDependencies:
      is-odd:
        specifier: 3.0.1
        version: 3.0.1
packages:
  is-number@6.0.0:
    resolution: {integrity: sha512-Wu1VHeILBK8KAWJUAiSZQX94GmOE45Rg6/538fKwiloUu21KncEkYGPqob2oSZ5mUT73vLGrHQjKw3KMPwfDzg==}
    engines: {node: '>=0.10.0'}
  is-odd@3.0.1:
    resolution: {integrity: sha512-CQpnWPrDwmP1+SMHXZhtLtJv90yiyVfluGsX5iNCVkrhQtU3TQHsUWPG9wkdk9Lgd5yNpAg9jQEo90CBaXgWMA==}
    engines: {node: '>=4'}
  ms@2.1.3:
    resolution: {integrity: sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==}
snapshots:
  is-number@6.0.0: {}
  is-odd@3.0.1:
    dependencies:
      is-number: 6.0.0
  ms@2.1.3: {}
`;

const YARN_LOCK = `# yarn lockfile v1


is-number@^6.0.0:
  version "6.0.0"

is-odd@3.0.1:
  version "3.0.1"
  dependencies:
    is-number "^6.0.0"

ms@2.1.3:
  version "2.1.3"
`;

const MODERN_YARN_LOCK = `# This file is generated by running "yarn install" inside your project.
# Manual changes might be lost - proceed with caution!

__metadata:
  version: 10
  cacheKey: 10c0

"is-number@npm:^6.0.0":
  version: 6.0.0
  resolution: "is-number@npm:6.0.0"
  checksum: 10c0/5da4c68401529675c575878d2760d66f18eaef4b014858577f6003daf66488d7fe4eae684b1e8574e3fa1bb447c6c6c56b8491d2b4b3239da2d32e5f6f218008
  languageName: node
  linkType: hard

"is-odd@npm:3.0.1":
  version: 3.0.1
  resolution: "is-odd@npm:3.0.1"
  dependencies:
    is-number: "npm:^6.0.0"
  checksum: 10c0/89ee2e353c5a3f3bd400c79db1c307a5b3506198ee8169d521e533a9b1d8a08fc95f21a919c084e98845b4286d7ffe309778da03744dfe66c3c1763ab1a030c6
  languageName: node
  linkType: hard

"ms@npm:2.1.3":
  version: 2.1.3
  resolution: "ms@npm:2.1.3"
  checksum: 10c0/d924b57e7312b3b63ad21fc5b3dc0af5e78d61a1fc7cfb5457edaf26326bf62be5307cc87ffb6862ef1c2b33b0233cdb5d4f01c4c958cc0d660948b65a287a48
  languageName: node
  linkType: hard

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
  dependencies:
    is-odd: "npm:3.0.1"
    ms: "npm:2.1.3"
  languageName: unknown
  linkType: soft
`;

const PROJECT = '[project]\nname = "shop"\nversion = "1.0.0"\nrequires-python = ">=3.9"\ndependencies = ["six==1.17.0"]\n';

const SIX = 'sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274';

const UV_LOCK = `version = 1
requires-python = ">=3.9"

[[package]]
name = "shop"
version = "1.0.0"
source = { virtual = "." }
dependencies = [{ name = "six" }]

[package.metadata]
requires-dist = [{ name = "six", specifier = "==1.17.0" }]

[[package]]
name = "six"
version = "1.17.0"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://files.pythonhosted.org/packages/b7/ce/149a00dd41f10bc29e5921b496af8b574d8413afcd5e30dfa0ed46c2cc5e/six-1.17.0-py2.py3-none-any.whl", hash = "${SIX}", size = 11050 }]
`;

const POETRY_LOCK = `[[package]]
name = "six"
version = "1.17.0"
description = ""
optional = false
python-versions = "!=3.0.*,!=3.1.*,!=3.2.*,>=2.7"
groups = ["main"]
files = [{ file = "six-1.17.0-py2.py3-none-any.whl", hash = "${SIX}" }]

[metadata]
lock-version = "2.1"
python-versions = ">=3.9"
content-hash = "2ad46027d8c8c24ce5715f1d3f74370cabd9bd28ebaa8b8cadfb93e6d2e8e7e6"
`;
