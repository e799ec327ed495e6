import assert from 'node:assert/strict';
import os from 'node:os';
import { suite, test } from 'node:test';
import { randomIds } from '../../kernel/index.ts';
import { type Files, RUNTIMES, tarOf } from './build.fixture.ts';
import { sourcesOf } from './build.ts';
import { go } from './compiled.ts';
import type { Language } from './languages.ts';
import { node } from './node.ts';
import type { BuildRuntime } from './ports.ts';
import { python } from './python.ts';
import { ruby } from './ruby.ts';
import { receiveSource } from './source.ts';
import { allows } from './versions.ts';

const PLACES = { work: '/w', scratch: '/s', program: '/p/bin/x', npm: '/npm' };

/** To be closed. */
const received = (files: Files) =>
  receiveSource(tarOf(files), { directory: os.tmpdir(), ids: randomIds, mib: 4, signal: new AbortController().signal });

/** What would be installed: the files that it follows from, and the commands. */
async function installOf(language: Language, files: Files, dev = false) {
  const spool = await received(files);
  try {
    const install = await language.install(sourcesOf(spool.tree), RUNTIMES.get('nodejs24.x')!, dev);
    return (
      install && { inputs: install.inputs.map(({ path }) => path).sort(), steps: install.steps(PLACES).map(({ say }) => say) }
    );
  } finally {
    await spool.close();
  }
}

suite('what Node.js installs', () => {
  const manifest = { 'package.json': '{"dependencies":{"a":"1"},"devDependencies":{"b":"1"}}' };
  const lock = { 'package-lock.json': '{}' };

  test('follows from manifest and lock alone, unless something else is read', async () => {
    const code = { 'index.js': '', 'lib/a.js': '' };
    const installed = await installOf(node, { ...code, ...manifest, ...lock, '.npmrc': '' });
    assert.deepEqual(installed, { inputs: ['.npmrc', 'package-lock.json', 'package.json'], steps: ['npm ci --omit=dev'] });
    const all = async (more: Files) =>
      (await installOf(node, { ...code, ...manifest, ...lock, ...more }))!.inputs.includes('lib/a.js');
    assert.equal(await all({}), false);
    assert.equal(await all({ 'package.json': '{"dependencies":{"a":"1"},"scripts":{"postinstall":"x"}}' }), true);
    assert.equal(await all({ 'package.json': '{"dependencies":{"a":"1"},"scripts":{"test":"x"}}' }), false);
    assert.equal(await all({ 'package.json': '{"dependencies":{"a":"file:lib"}}' }), true);
    assert.equal(await all({ 'package.json': '{"dependencies":{"a":"1"},"workspaces":["lib"]}' }), true);
    assert.equal(await all({ 'package-lock.json': '{"resolved":"file:lib"}' }), true);
    assert.equal(await all({ 'binding.gyp': '' }), true);
    assert.equal(await all({ 'node_modules/x/i.js': '' }), false);
  });

  test('is nothing when nothing is asked for', async () => {
    assert.equal(await installOf(node, { 'index.js': '' }), undefined);
    assert.equal(await installOf(node, { 'package.json': '{}', ...lock }), undefined);
    assert.equal(await installOf(node, { 'package.json': '{"devDependencies":{"a":"1"}}', ...lock }), undefined);
    assert.deepEqual((await installOf(node, { 'package.json': '{"devDependencies":{"a":"1"}}', ...lock }, true))?.steps, [
      'npm ci',
    ]);
    assert.equal(await installOf(node, { ...manifest, 'node_modules/a/index.js': '' }), undefined, 'they are committed');
  });

  test('goes by the lock file that is there', async () => {
    assert.deepEqual((await installOf(node, { ...manifest, 'pnpm-lock.yaml': '' }))?.steps, [
      'npm install pnpm@10',
      'pnpm install --prod --frozen-lockfile',
    ]);
    const pinned = '{"dependencies":{"a":"1"},"packageManager":"pnpm@9.1.0+sha512.ab"}';
    assert.deepEqual(
      (await installOf(node, { 'package.json': pinned, 'pnpm-lock.yaml': '' }))?.steps[0],
      'npm install pnpm@9.1.0',
    );
    const odd = '{"dependencies":{"a":"1"},"packageManager":"pnpm@9; rm -rf /"}';
    assert.deepEqual((await installOf(node, { 'package.json': odd, 'pnpm-lock.yaml': '' }))?.steps[0], 'npm install pnpm@10');
    assert.deepEqual((await installOf(node, { ...manifest, 'yarn.lock': '' }))?.steps[0], 'npm install yarn@1.22.22');
    assert.deepEqual(
      (await installOf(node, { ...manifest, 'yarn.lock': '__metadata:\n' }))?.steps[0],
      'npm install @yarnpkg/cli-dist@4',
    );
    await assert.rejects(
      installOf(node, { ...manifest, ...lock, 'yarn.lock': '' }),
      /package-lock\.json and yarn\.lock are both here/,
    );
    await assert.rejects(installOf(node, manifest), /no lock file/);
  });
});

suite('what Python installs', () => {
  test('follows from the first list that is there', async () => {
    assert.deepEqual(await installOf(python, { 'requirements.txt': 'a==1\n', 'app.py': '' }), {
      inputs: ['requirements.txt'],
      steps: ['pip install -r requirements.txt'],
    });
    assert.deepEqual((await installOf(python, { 'requirements.txt': '-r more.txt\n', 'more.txt': '' }))?.inputs, [
      'more.txt',
      'requirements.txt',
    ]);
    assert.equal(await installOf(python, { 'requirements.txt': '# none\n\n' }), undefined);
    assert.equal(await installOf(python, { 'pyproject.toml': '[project]\nname = "x"\n' }), undefined);
    const project = '[project]\nname = "x"\ndependencies = ["a"]\n';
    assert.deepEqual((await installOf(python, { 'pyproject.toml': project }))?.inputs, ['pyproject.toml']);
    assert.equal((await installOf(python, { 'pyproject.toml': project, 'uv.lock': '' }))?.steps.length, 3);
    await assert.rejects(installOf(python, { 'uv.lock': '' }), /without pyproject\.toml/);
    await assert.rejects(installOf(python, { 'pyproject.toml': '[tool.poetry.dependencies]\na = "1"\n' }), /poetry lock/);
    await assert.rejects(installOf(python, { 'pyproject.toml': '[' }), /pyproject\.toml: /);
  });
});

suite('what Ruby installs', () => {
  const lock = (more = '') =>
    `GEM\n  remote: https://rubygems.org/\n  specs:\n    a-b (1.2)\n    c (3.0-x86_64-linux)\n${more}\nPLATFORMS\n  ruby\n`;
  const app = { 'app.rb': '', Gemfile: 'source "https://rubygems.org"\ngem "a-b", require: false\n', 'Gemfile.lock': lock() };

  test('follows from Gemfile and lock alone, unless something else is read', async () => {
    const inputs = async (more: Files) => (await installOf(ruby, { ...app, ...more }))!.inputs;
    assert.deepEqual(await installOf(ruby, app), { inputs: ['Gemfile', 'Gemfile.lock'], steps: ['bundle install'] });
    assert.deepEqual(await inputs({ '.ruby-version': '3.3', '.bundle/config': '' }), [
      '.bundle/config',
      '.ruby-version',
      'Gemfile',
      'Gemfile.lock',
    ]);
    assert.ok((await inputs({ Gemfile: 'gemspec\n' })).includes('app.rb'));
    assert.ok((await inputs({ Gemfile: 'ruby File.read("version")\n' })).includes('app.rb'));
    assert.ok((await inputs({ 'Gemfile.lock': `PATH\n  remote: lib\n  specs:\n    own (1)\n\n${lock()}` })).includes('app.rb'));
    assert.ok(!(await inputs({ Gemfile: 'gemspec\n', 'vendor/bundle/x.rb': '' })).includes('vendor/bundle/x.rb'));
  });

  test('is nothing when nothing is asked for, and needs the lock file', async () => {
    assert.equal(await installOf(ruby, { 'app.rb': '' }), undefined);
    assert.equal(await installOf(ruby, { ...app, 'Gemfile.lock': 'GEM\n  specs:\n\nPLATFORMS\n  ruby\n' }), undefined);
    await assert.rejects(installOf(ruby, { Gemfile: '' }), /without Gemfile\.lock.*bundle lock/);
  });

  test('the runtime is the one that the Gemfile, .ruby-version or the lock file asks for', async () => {
    const rubies = ['3.2.v9', '3.3.v8', '3.4.v2'].map((version) => ({
      name: `ruby${version.slice(0, 3)}`,
      version: `ruby:${version}`,
      mounts: [],
    }));
    const chosen = async (files: Files, runtimes: readonly BuildRuntime[] = rubies) => {
      const spool = await received(files);
      return (await ruby.choose(sourcesOf(spool.tree), runtimes).finally(() => spool.close()))?.name;
    };
    assert.equal(await chosen({}), 'ruby3.4');
    assert.equal(await chosen({ Gemfile: "ruby '3.3.1'" }), 'ruby3.3');
    assert.equal(await chosen({ Gemfile: 'ruby("~> 3.2.0")' }), 'ruby3.2');
    assert.equal(await chosen({ Gemfile: 'ruby "~> 3.2"' }), 'ruby3.4');
    assert.equal(await chosen({ Gemfile: 'ruby ">= 3.2", "< 3.4"' }), 'ruby3.3');
    assert.equal(await chosen({ Gemfile: 'ruby file: ".ruby-version"', '.ruby-version': 'ruby-3.2.4\n' }), 'ruby3.2');
    assert.equal(await chosen({ Gemfile: '', 'Gemfile.lock': 'RUBY VERSION\n   ruby 3.3.5p100\n' }), 'ruby3.3');
    await assert.rejects(
      chosen({ Gemfile: 'ruby "2.7.0"' }),
      /Gemfile asks for Ruby 2\.7\.0; here are ruby3\.4, ruby3\.3, ruby3\.2/,
    );
    assert.equal(await chosen({ Gemfile: 'ruby "3.3"' }, []), undefined);
  });
});

test('Go downloads what go.mod requires, unless it is there', async () => {
  const mod = { 'go.mod': 'module x\nrequire a v1\n', 'go.sum': '' };
  assert.deepEqual(await installOf(go, mod), { inputs: ['go.mod', 'go.sum'], steps: ['go mod download'] });
  assert.equal(await installOf(go, { 'go.mod': 'module x\n' }), undefined);
  assert.equal(await installOf(go, { ...mod, 'vendor/a/a.go': '' }), undefined);
});

test('ranges of versions', () => {
  const cases: readonly (readonly [string, readonly number[], boolean])[] = [
    ['24', [24, 21], true],
    ['24.x', [24, 21], true],
    ['24.3', [24, 21], false],
    ['>=20', [24, 21], true],
    ['>= 20 < 24', [24, 21], false],
    ['>=20 <25', [24, 21], true],
    ['^22 || ^24', [24, 21], true],
    ['^24.22', [24, 21], false],
    ['~24.21', [24, 21], true],
    ['~24.20', [24, 21], false],
    ['!=24', [24, 21], false],
    ['<=22', [24, 21], false],
    ['>24', [24, 21], false],
    ['*', [24, 21], true],
    ['lts/*', [24, 21], true],
    ['>=3.9,<4', [3, 11, 2], true],
    ['~=3.10', [3, 11, 2], true],
    ['==3.12', [3, 11, 2], false],
  ];
  for (const [range, version, expected] of cases) assert.equal(allows(range, version), expected, range);
});

test('what repositories declare is looked through in bounded time', async () => {
  const began = performance.now();
  const long = (text: string) => text.repeat(900_000 / text.length);
  await installOf(go, { 'go.mod': long('\n') });
  await installOf(go, { 'go.mod': long('require ') });
  await installOf(go, { 'go.mod': long('=> ') });
  await installOf(python, { 'requirements.txt': long('@ ') }).catch(() => {});
  for (const text of [long('ruby "'), long('ruby "1",'), long(' '), long('file: ')]) {
    const files = { Gemfile: text, 'Gemfile.lock': long('    a (1)\n') };
    await installOf(ruby, files).catch(() => {});
    const gems = await received(files);
    await ruby.choose(sourcesOf(gems.tree), []).finally(() => gems.close());
  }
  await installOf(ruby, { Gemfile: '', 'Gemfile.lock': long('GEM\n    a') });
  allows(long('>'), [24]);
  allows(long('1.'), [24]);
  const spool = await received({ '.python-version': long('1') });
  await python.choose(sourcesOf(spool.tree), [...RUNTIMES.values()]).finally(() => spool.close());
  assert.ok(performance.now() - began < 60_000, 'in quadratic time it takes many minutes');
  await assert.rejects(installOf(node, { 'package.json': ' '.repeat(1_100_000) }), /package.json has more than 1048576 bytes/);
});
