import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { after, before, suite, test } from 'node:test';
import { waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import { keeperObstacle } from '../../src/sandbox/index.ts';
import { zipOf } from '../support/archives.ts';
import { type Clients, clients, deploy } from '../support/deploy.ts';
import { type NameServer, nameServer } from '../support/name-server.ts';
import { type Platform, startPlatform } from '../support/platform.ts';

const CODE = `export const handler = async ({ url }) => {
  try {
    return await (await fetch(url, { signal: AbortSignal.timeout(2000) })).text();
  } catch (error) {
    return 'refused: ' + (error.cause?.code ?? error.name);
  }
};`;

/** An address of this machine that is not loopback, for loopback inside a sandbox is its own. */
const host = Object.values(os.networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

suite('what a function may reach outside', {
  skip: keeperObstacle('runc') ?? (host ? false : 'only loopback here'),
  timeout: 60_000,
}, () => {
  let platform: Platform;
  let names: NameServer;
  let outside: http.Server;
  let of: Clients;

  before(async () => {
    names = await nameServer({ 'api.test': host! });
    outside = http.createServer((_request, response) => response.end('outside')).listen(0, host);
    await once(outside, 'listening');
    platform = await startPlatform({ config: `[egress]\nresolver = "127.0.0.1:${names.port}"\n` });
    of = clients(platform.url);
    await deploy(of, 'caller', await zipOf({ 'index.mjs': CODE }), { MemorySize: 512, Timeout: 10 });
  });
  after(async () => {
    await platform?.stop();
    outside?.close();
    names?.close();
  });

  const call = async (url: string) =>
    JSON.parse(
      (await of.lambda.invoke({ FunctionName: 'caller', Payload: JSON.stringify({ url }) })).Payload!.transformToString(),
    );
  const policy = async (method: string, body?: object) => {
    const response = await fetch(`${platform.url}/_dalamb/api/functions/caller/egress`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    assert.equal(response.status, 200, await response.clone().text());
    await waitUntilFunctionUpdatedV2(
      { client: of.lambda, maxWaitTime: 20, minDelay: 1, maxDelay: 1 },
      { FunctionName: 'caller' },
    );
  };

  test('the host is closed until the function has a rule for its address, and closed again without it', async () => {
    const { port } = outside.address() as AddressInfo;
    const url = `http://api.test:${port}/`;
    assert.match(await call(url), /^refused/);
    assert.match(await call(`http://10.1.2.3:${port}/`), /^refused/);
    await policy('PUT', {
      allow: [
        { to: 'api.test', port },
        { to: `${host}/32`, port },
      ],
    });
    assert.equal(await call(url), 'outside');
    assert.match(await call(`http://api.test:${port === 1 ? 2 : 1}/`), /^refused/);
    await policy('PUT', { enabled: false });
    assert.match(await call(url), /^refused/);
    await policy('DELETE');
    assert.match(await call(url), /^refused/);
    assert.ok(names.asked.includes('api.test'));
  });
});
