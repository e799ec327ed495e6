import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { clients, createRole } from '../support/deploy.ts';
import { dalamb } from '../support/examples.ts';
import { ociMissing } from '../support/invoke-room.ts';
import { type Platform, startPlatform } from '../support/platform.ts';

const run = promisify(execFile);
const KILLS = process.env.SOAK === '1' ? 60 : 6;

interface Shown {
  readonly release: { readonly number: number; readonly commit: string; readonly state: string };
}

suite('a platform that is killed while applications are pushed', { skip: ociMissing ?? false, timeout: 900_000 }, () => {
  let platform: Platform;
  const cli = (...args: string[]) => dalamb(platform, '--app', 'two', ...args);

  test('the application is whole on the old release or the new one, and the next push works', async (t) => {
    const base = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-pushed-'));
    const [folder, directory] = [path.join(base, 'app'), path.join(base, 'data')];
    fs.mkdirSync(folder);
    const git = (...args: string[]) =>
      run('git', ['-c', 'user.name=ann', '-c', 'user.email=a@example.com', ...args], { cwd: folder });
    const write = (text: string) => {
      for (const name of ['one', 'two'])
        fs.writeFileSync(path.join(folder, `${name}.js`), `exports.handler = async () => '${text} ' + process.env.GREETING;\n`);
    };
    const commit = async (text: string) => {
      write(text);
      await git('add', '.');
      await git('commit', '-q', '-m', text);
      return (await git('rev-parse', 'HEAD')).stdout.trim();
    };
    const answers = async () => {
      const of = clients(platform.url).lambda;
      const each = ['one', 'two'].map(async (name) => {
        const { Payload, FunctionError } = await of.invoke({ FunctionName: `two-${name}`, Qualifier: 'live' });
        assert.equal(FunctionError, undefined);
        return JSON.parse(Buffer.from(Payload!).toString()) as string;
      });
      return Promise.all(each);
    };
    try {
      platform = await startPlatform({ directory });
      await createRole(clients(platform.url), 'runner', ['service-role/AWSLambdaBasicExecutionRole']);
      await dalamb(platform, 'create', 'two', '--role', 'arn:aws:iam::000000000000:role/runner');
      fs.writeFileSync(path.join(folder, 'Procfile'), 'one: one.handler\ntwo: two.handler\n');
      await git('init', '-q', '-b', 'main');
      const texts = new Map([[await commit('first'), 'first']]);
      const remote = () => `${platform.url}/_dalamb/git/two.git`;
      await git('push', remote(), 'main');
      await cli('config:set', 'GREETING=hello');
      const began = performance.now();
      await git('push', '-f', remote(), `${await commitAnd(texts, commit, 'second')}:main`);
      const pushMs = performance.now() - began;
      let [old, fresh] = [0, 0];
      for (let kill = 0; kill < KILLS; kill++) {
        const before = JSON.parse(await cli('--json', 'info')) as Shown;
        const pushed = await commitAnd(texts, commit, `kill ${kill}`);
        const push = git('push', '-f', remote(), 'main').catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, (pushMs * (kill + 0.5)) / KILLS));
        await platform.kill();
        await push;
        platform = await startPlatform({ directory });
        const after = JSON.parse(await cli('--json', 'info')) as Shown;
        assert.equal(after.release.state, 'current');
        assert.ok([before.release.commit, pushed].includes(after.release.commit), 'the old release or the new one');
        if (after.release.commit === pushed) fresh++;
        else old++;
        const expected = `${texts.get(after.release.commit)} hello`;
        assert.deepEqual(await answers(), [expected, expected]);
        await git('push', '-f', remote(), 'main');
        assert.deepEqual(await answers(), [`kill ${kill} hello`, `kill ${kill} hello`]);
      }
      assert.ok(old > 0, 'some kills came before the switch');
      assert.doesNotMatch(await cli('releases'), /preparing/);
      t.diagnostic(`${KILLS} kills: ${old} left the old release, ${fresh} the new one`);
    } finally {
      await platform?.stop();
      fs.rmSync(base, { recursive: true, force: true });
    }
  });
});

async function commitAnd(texts: Map<string, string>, commit: (text: string) => Promise<string>, text: string): Promise<string> {
  const made = await commit(text);
  texts.set(made, text);
  return made;
}
