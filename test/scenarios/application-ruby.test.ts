import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { zipOf } from '../support/archives.ts';
import { type Clients, clients, createRole, deploy } from '../support/deploy.ts';
import { dalamb } from '../support/examples.ts';
import { ociMissing } from '../support/invoke-room.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { type Repository, repositoryAt } from '../support/pushed-application.ts';
import { noRuby, rubyFolder, rubyRuntime } from '../support/ruby-folder.ts';
import { builtGems, gemFiles } from '../support/ruby-gems.ts';

const HANDLER = `require 'bundler/setup'
require 'greeting'
require 'summing'
LOG = Logger.new($stdout)

def handler(event:, context:)
  LOG.info("asked by #{event['name']}")
  raise ArgumentError, 'no name' unless event['name']

  { text: Greeting.to(event['name']), sum: Summing.sum(20, 22), function: context.function_name }
end
`;

suite('an application in Ruby', { skip: ociMissing ?? noRuby, timeout: 240_000 }, () => {
  let platform: Platform;
  let of: Clients;
  let app: Repository;
  const cli = (...args: string[]) => dalamb(platform, '--app', 'shop', ...args);
  const invoke = async (FunctionName: string, event: unknown) => {
    const { Payload, FunctionError } = await of.lambda.invoke({ FunctionName, Payload: JSON.stringify(event) });
    return { answer: JSON.parse(Buffer.from(Payload!).toString()), FunctionError };
  };

  before(async () => {
    const folder = await rubyFolder();
    platform = await startPlatform({ config: `[runtimes]\nfolders = [${JSON.stringify(folder)}]\n[build]\nallow = []\n` });
    of = clients(platform.url);
    const role = await createRole(of, 'shop', ['service-role/AWSLambdaBasicExecutionRole']);
    await dalamb(platform, 'create', 'shop', '--role', role);
    const at = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-ruby-')), 'shop');
    app = await repositoryAt(at, { dalamb: `${platform.url}/_dalamb/git/shop.git` });
    fs.mkdirSync(path.join(at, 'vendor/cache'), { recursive: true });
    for (const [name, bytes] of Object.entries(await builtGems(folder)))
      fs.writeFileSync(path.join(at, 'vendor/cache', name), bytes);
    await app.commit('Shop', { Procfile: 'web: app.handler\n', 'app.rb': HANDLER, ...(gemFiles as Record<string, string>) });
  });
  after(async () => {
    await platform?.stop();
    if (app) fs.rmSync(path.dirname(app.folder), { recursive: true, force: true });
  });

  test('a push installs and compiles its gems, and it answers', async () => {
    const said = await app.push('dalamb');
    assert.match(said, /remote: .*bundle install/);
    assert.match(said, /remote: .*[Rr]eleased .*v1/);
    assert.match(await cli('ps'), /web +shop-web +ruby3\.3 +app\.handler +1024 MB +10 s/);
    const { answer } = await invoke('shop-web', { name: 'ann' });
    assert.deepEqual(answer, { text: 'hello ann', sum: 42, function: 'shop-web' });
  });

  test('its errors are the caller’s, and its logs are kept', async () => {
    const { answer, FunctionError } = await invoke('shop-web', {});
    assert.equal(FunctionError, 'Unhandled');
    assert.deepEqual([answer.errorType, answer.errorMessage], ['Function<ArgumentError>', 'no name']);
    assert.match(answer.stackTrace[0], /^\/var\/task\/app\.rb:8:in /);
    let logs = '';
    for (let i = 0; i < 100 && !/Error raised/.test(logs); i++) {
      logs = await cli('logs', 'shop-web');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.match(logs, /INFO \S+ -- : asked by ann/);
    assert.match(logs, /Error raised from handler method/);
    assert.doesNotMatch(logs, /warn|home directory|writable/i);
  });

  test('a push with the same gems installs nothing, and one that cannot be loaded is not taken', async () => {
    await app.commit('More', { 'app.rb': HANDLER.replace('42', '40').replace('20, 22', '1, 2') });
    assert.match(await app.push('dalamb'), /dependencies are as they were: bundle install is not needed/);
    assert.equal((await invoke('shop-web', { name: 'ann' })).answer.sum, 3);
    await app.commit('Broken', { 'app.rb': "require 'not_there'\n" });
    await assert.rejects(app.push('dalamb'), (error: { stderr: string }) => {
      assert.match(error.stderr, /shop-web cannot be initialised: Init<LoadError>: cannot load such file -- not_there/);
      return true;
    });
    assert.equal((await invoke('shop-web', { name: 'ann' })).answer.sum, 3);
  });

  test('the SDK makes functions of it too, and is told which versions are not here', async () => {
    const code = await zipOf({
      'main.rb': 'module Main; def self.run(event:, context:) = { v: RUBY_VERSION, event: event }; end\n',
    });
    const settings = { Runtime: rubyRuntime as never, Handler: 'main.Main.run' };
    await deploy(of, 'plain', code, settings);
    const { answer } = await invoke('plain', [1]);
    assert.match(answer.v, /^3\.3\.\d+$/);
    assert.deepEqual(answer.event, [1]);
    await assert.rejects(
      deploy(of, 'other', code, { ...settings, Runtime: 'ruby3.2' as never }),
      /ruby3\.2 \(available here: .*ruby3\.3/,
    );
  });
});
