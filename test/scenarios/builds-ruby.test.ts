import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { findRuntimes } from '../../src/invoke/index.ts';
import { type Files, installation } from '../../src/paas/build/build.fixture.ts';
import { type BuilderRoom, builderRoom } from '../support/builder-room.ts';
import { ociMissing } from '../support/invoke-room.ts';
import { noRuby, rubyFolder, rubyRuntime } from '../support/ruby-folder.ts';
import { builtGems, gemFiles, serveGems } from '../support/ruby-gems.ts';

suite('builds with Bundler', { skip: ociMissing ?? noRuby, timeout: 300_000 }, () => {
  let room: BuilderRoom;
  let runtimes: Awaited<ReturnType<typeof findRuntimes>>['entries'];
  let shop: Files;
  let gems: Readonly<Record<string, Buffer>>;
  before(async () => {
    const folder = await rubyFolder();
    room = await builderRoom();
    runtimes = (await findRuntimes({ installation, folders: [folder] })).entries;
    gems = await builtGems(folder);
    const cached = Object.fromEntries(Object.entries(gems).map(([name, bytes]) => [`vendor/cache/${name}`, bytes]));
    shop = { Procfile: 'web: app.handler\n', 'app.rb': "require 'greeting'\nrequire 'summing'\n", ...gemFiles, ...cached };
  });
  after(() => room?.close());

  test('gems are installed and compiled once, without those for tests', async (t) => {
    const bench = await room.bench(t, { runtimes });
    const built = await bench.build(shop);
    assert.equal(built.processes[0]!.runtime, rubyRuntime);
    assert.ok(bench.lines.includes('$ bundle install'), bench.lines.join('\n'));
    const zip = (await bench.zip(built, 'web')).toString('latin1');
    const at = `vendor/bundle/ruby/3.3.0`;
    for (const name of [
      'gems/greeting-1.0.0/lib/greeting.rb',
      'specifications/summing-1.0.0.gemspec',
      'gems/summing-1.0.0/lib/summing/summing.so',
    ])
      assert.ok(zip.includes(`${at}/${name}`), name);
    assert.ok(!/testing-1\.0\.0|vendor\/cache|mkmf\.log/.test(zip));
    assert.ok(zip.includes('.bundle/config'));
    const again = await bench.build({ ...shop, 'other.rb': '' });
    assert.ok(bench.lines.includes('dependencies are as they were: bundle install is not needed'), bench.lines.join('\n'));
    assert.notDeepEqual(again.processes[0]!.code, built.processes[0]!.code);
    const other = await room.bench(t, { runtimes });
    assert.deepEqual((await other.build(shop)).processes, built.processes, 'installed anew it is the same');
  });

  test('gems come from the registry that is named for all builders', async (t) => {
    const registry = await serveGems(t, gems);
    if (!registry) return t.skip('this machine has only loopback addresses');
    const rest = Object.fromEntries(Object.entries(shop).filter(([name]) => !name.startsWith('vendor/cache/')));
    const environment = { BUNDLE_MIRROR__ALL: registry.url };
    const bench = await room.bench(t, {
      runtimes,
      settings: { allow: [{ to: registry.host, port: registry.port }], environment },
    });
    const built = await bench.build(rest);
    assert.ok(bench.lines.includes('$ bundle install'), bench.lines.join('\n'));
    assert.match((await bench.zip(built, 'web')).toString('latin1'), /gems\/greeting-1\.0\.0\/lib\/greeting\.rb/);
    const closed = await room.bench(t, { runtimes, settings: { environment } });
    await assert.rejects(closed.build(rest), { code: 'BuildFailed', message: /: bundle install ended with code \d+/ });
  });

  test('commands have the gems for tests, and Bundler', async (t) => {
    const bench = await room.bench(t, { runtimes });
    const command =
      "bundle exec ruby -e 'require %(testing); require %(summing); File.write(%(made.rb), %(SUM = #{Summing.sum(1, 2)}))'";
    const built = await bench.build({ ...shop, 'dalamb.toml': `[build]\ncommand = "${command}"\n` });
    const zip = (await bench.zip(built, 'web')).toString('latin1');
    assert.ok(zip.includes('made.rb') && zip.includes('greeting-1.0.0/lib') && !/testing-1\.0\.0|vendor\/cache/.test(zip));
  });

  test('what Bundler refuses, and what it lacks, is said', async (t) => {
    const bench = await room.bench(t, { runtimes });
    const refused = (files: Files, message = /: bundle install ended with code \d+$/) =>
      assert.rejects(bench.build({ ...shop, ...files }), { code: 'BuildFailed', message });
    await refused({ Gemfile: `${gemFiles.Gemfile}gem 'more'\n` });
    assert.match(bench.lines.join('\n'), /more/);
    await refused({ 'vendor/cache/summing-1.0.0.gem': 'no gem' });
    const bare = await room.bench(t, { runtimes, settings: { environment: { PATH: '/nowhere' } } });
    await assert.rejects(bare.build(shop), {
      code: 'BuildFailed',
      message:
        /ended with code \d+; gems with C extensions need a compiler and the headers of ruby3\.3 .*apt-get install gcc make/,
    });
  });
});
