import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { controlExceptions } from '../../src/model/index.ts';
import { type Platform, root, startPlatform } from '../support/platform.ts';

const run = promisify(execFile);

interface RouteShown {
  readonly method: string;
  readonly path: string;
}

suite('people of a strict platform', { timeout: 120_000 }, () => {
  let platform: Platform;
  const config = '[auth]\nmode = "strict"\n[sandbox]\ndriver = "process"\n';
  before(async () => {
    platform = await startPlatform({ config, args: ['--bare', '--allow-root'] });
  });
  after(() => platform?.stop());

  /** By its user's token; without one by the local socket, on the machine itself. */
  const dalamb = async (line: string, token?: string) => {
    const where = token === undefined ? ['--data', platform.directory] : ['--url', platform.url];
    const main = [path.join(root, 'src/main.ts'), ...line.split(' '), ...where, '--json'];
    const done = await run(process.execPath, ['--disable-warning=ExperimentalWarning', ...main], {
      env: { ...process.env, DALAMB_TOKEN: token ?? '' },
    }).catch((error) => error);
    return { code: done.code ?? 0, answer: JSON.parse(done.stdout) };
  };
  const ask = async (token: string, method: string, where: string, body?: object) => {
    const response = await fetch(`${platform.url}/_dalamb/api${where}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const answer = (await response.json()) as { error?: { code: string } } & Record<string, never>;
    return { status: response.status, code: answer.error?.code, answer };
  };
  const userWith = async (user: string, line: string) => {
    assert.equal((await dalamb(`members:add ${user} ${line}`)).code, 0);
    return (await dalamb(`tokens:create --user ${user}`)).answer.token as string;
  };

  test('the machine makes the first owner, who does the rest from afar', async () => {
    const root = await userWith('root', '--role owner');
    assert.equal((await dalamb('env:create dev', root)).code, 0);
    assert.equal((await dalamb('env:create prod', root)).code, 0);
    assert.equal((await dalamb('members:add dee --role deployer --env dev', root)).code, 0);
    const dee = (await dalamb('tokens:create --user dee --expires 1h', root)).answer.token as string;

    assert.deepEqual((await dalamb('functions --env dev', dee)).answer, { functions: [] });
    const refused = await dalamb('functions --env prod', dee);
    assert.deepEqual([refused.code, refused.answer.error.code], [1, 'AccessDenied']);
    assert.equal(
      (await dalamb('functions', dee)).answer.error.code,
      'AccessDenied',
      'the default environment is one like any other',
    );
    assert.equal((await dalamb('env:create more', dee)).answer.error.code, 'AccessDenied');
    assert.equal((await dalamb('members:add eve --role reader --env dev', dee)).answer.error.code, 'AccessDenied');
    assert.equal((await dalamb('keys create --env dev', dee)).answer.error.code, 'AccessDenied');
    assert.deepEqual(
      (await dalamb('env', dee)).answer.environments.map(({ name }: { name: string }) => name),
      ['dev'],
    );
    assert.equal((await dalamb('functions --env nowhere', root)).answer.error.code, 'NoSuchThing');

    const trail = (await dalamb('audit --by root', root)).answer.entries as { action: string }[];
    assert.deepEqual(
      trail.map(({ action }) => action),
      ['tokens:create', 'members:add', 'env:create', 'env:create'],
    );
    assert.ok(!platform.log().includes(dee.slice(21)) && !JSON.stringify(trail).includes(dee.slice(21)));

    assert.equal((await dalamb('members:remove dee --env dev', root)).code, 0);
    assert.equal((await dalamb('functions --env dev', dee)).answer.error.code, 'TokenRequired');
  });

  test('no route of the control API is open to a user whose roles are elsewhere, or to a stranger', async () => {
    const root = await userWith('rita', '--role owner');
    const { routes } = (await ask(root, 'GET', '/routes')).answer as unknown as { routes: RouteShown[] };
    assert.ok(routes.length > 40, String(routes.length));
    const shapes = routes.map(({ method, path }) => `${method} ${path}`);
    const known = new Set(shapes);
    const gone = Object.keys(controlExceptions).filter((shape) => !known.has(shape) && !/ \/apps$/.test(shape));
    assert.deepEqual(gone, [], 'exceptions are routes that there are');

    await dalamb('env:create far', root);
    const far = await userWith('fay', '--role owner --env far');
    const scoped = (await dalamb('tokens:create --user rita --scope reader@far')).answer.token as string;
    /** Open to whoever has a role somewhere: of what these tell and do, the handlers' own tests tell. */
    const own = Object.entries(controlExceptions)
      .filter(([, { on }]) => on === 'somewhere')
      .map(([shape]) => shape);
    for (const { method, path: pattern } of routes) {
      const where = pattern.replace(/:\w+/g, 'welcome');
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      const shape = `${method} ${pattern}`;
      assert.equal((await ask(`dlb_${'A'.repeat(16)}_${'A'.repeat(52)}`, method, where, body)).status, 401, shape);
      if (own.includes(shape)) continue;
      for (const token of [far, scoped]) {
        const { status, code } = await ask(token, method, where, body);
        assert.deepEqual([status, code], [403, 'AccessDenied'], shape);
      }
    }
    const told = { '/environments': 'environments', '/members': 'members' };
    for (const [where, member] of Object.entries(told)) {
      const names = ((await ask(far, 'GET', where)).answer[member]! as Record<string, string>[]).map(
        ({ name, user }) => name ?? user,
      );
      assert.ok(
        names.every((name) => ['far', 'fay', 'rita', 'root'].includes(name!)),
        String(names),
      );
    }
  });
});
