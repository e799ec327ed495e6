import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Ask, callWithoutEnd } from '../support/calls-without-end.ts';
import { type Clients, clients, createRole } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { type Repository, repositoryAt, twoFunctions } from '../support/pushed-application.ts';

const PUSHES = process.env.SOAK === '1' ? 100 : 6;

suite('an application that is called all the time while it is released', { timeout: 900_000 }, () => {
  let platform: Platform;
  let of: Clients;
  let folder: string;
  let repository: Repository;

  const control = async <T>(method: string, route: string, body: object): Promise<T> => {
    const init = { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${platform.url}/_dalamb/api/v1/apps${route}`, init);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text) as T;
  };
  const byAlias: Ask = async (id) => {
    const Payload = Buffer.from(JSON.stringify({ id }));
    const answer = await of.lambda.invoke({ FunctionName: 'busy-one', Qualifier: 'live', Payload });
    return JSON.parse(Buffer.from(answer.Payload!).toString());
  };
  const byRoute =
    (url: string): Ask =>
    async (id) => {
      const response = await fetch(`${url}?id=${id}`);
      const text = await response.text();
      if (response.status !== 200) throw new TypeError(`the route answered ${response.status}: ${text}`);
      return JSON.parse(text);
    };
  const push = async (number: number) => {
    await repository.commit(String(number), twoFunctions(number));
    await repository.push('dalamb');
  };

  before(async () => {
    platform = await startPlatform();
    of = clients(platform.url);
    const role = await createRole(of, 'runner', ['service-role/AWSLambdaBasicExecutionRole']);
    await control('POST', '', { name: 'busy', role });
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-busy-'));
    repository = await repositoryAt(folder, { dalamb: `${platform.url}/_dalamb/git/busy.git` });
    await push(1);
  });
  after(async () => {
    await platform?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('no call fails, is lost, or is answered by code that a release has replaced', async () => {
    const source = { process: 'two', source: 'http:GET /two' };
    const { urls } = await control<{ urls: string[] }>('POST', '/busy/event-sources', source);
    const api = new URL(urls[0]!).hostname.split('.')[0]!;
    const asks = [byAlias, byRoute(`${platform.url}/_dalamb/execute-api/${api}/$default/two`)];
    const calls = callWithoutEnd(asks, { clients: 2, number: 1 });
    let number = 1;
    for (; number < PUSHES; ) {
      await push(++number);
      calls.expect(number);
    }
    await control('PUT', '/busy/config', { set: { GREETING: 'hello' } });
    await control('PUT', '/busy/processes/one', { memoryMiB: 512 });
    calls.expect(number - 1);
    await control('POST', '/busy/rollback', { to: number });
    await push(++number);
    calls.expect(number);
    const { answered, failures } = await calls.stop();
    assert.deepEqual(failures, []);
    assert.ok(answered > number, `${answered} calls were answered meanwhile`);
  });

  test('a canary whose calls fail ends the push, and all calls go to the old release again', async () => {
    let calling = true;
    const calls = (async () => {
      for (let id = 0; calling; id++)
        await of.lambda.invoke({ FunctionName: 'busy-one', Qualifier: 'live', Payload: `{"id":${id}}` });
    })();
    await repository.commit('Fails once it is called', {
      'one.mjs': 'export const handler = async () => { throw new Error("no"); };\n',
      'dalamb.toml': '[canary]\nweight = 0.5\nseconds = 60\n',
    });
    const pushed = repository.push('dalamb');
    await assert.rejects(pushed, ({ stderr }) => /of \d+ calls of the canary failed, and 0 % may/.test(stderr));
    calling = false;
    await calls;
    for (let id = 0; id < 8; id++) assert.equal((await byAlias(String(id))).id, String(id));
  });
});
