import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { zipOf } from '../support/archives.ts';
import { type ControlApi, openControlApi } from '../support/control-api.ts';
import { clients, createRole, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { PROCESS_DRIVER } from '../support/sdk.ts';

let platform: Platform;
let api: ControlApi;

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  api = await openControlApi(platform.url);
});
after(() => platform?.stop());

test('the document is valid OpenAPI 3.1, has every route, and says of each what it answers', async () => {
  const { document } = api;
  assert.deepEqual(await new Validator().validate({ ...structuredClone(document) }), { valid: true });
  const { routes } = await api.ask<{ routes: { method: string; path: string }[] }>('GET /routes');
  assert.ok(routes.length > 70);
  const ids = new Set<string>();
  for (const { method, path } of routes) {
    const operation = document.paths[path.replace(/:([^/]+)/g, '{$1}')]?.[method.toLowerCase()];
    assert.ok(operation, `${method} ${path}`);
    ids.add(operation.operationId);
    const answers = operation.responses['101'] ?? operation.responses['200']?.content?.['application/json'].schema;
    assert.ok(answers && Object.keys(answers).length > 0, `${method} ${path} says what it answers`);
  }
  assert.equal(ids.size, routes.length);
});

/** Where a schema takes more than it counts: a body of millions of wrong values would be noted one by one. */
function unbounded(schema: unknown, at: string): string[] {
  if (Array.isArray(schema)) return schema.flatMap((one, i) => unbounded(one, `${at}/${i}`));
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, maxItems, additionalProperties: values, maxProperties } = schema as Record<string, unknown>;
  const isOpen = (type === 'array' && maxItems === undefined) || (typeof values === 'object' && maxProperties === undefined);
  return [...(isOpen ? [at] : []), ...Object.entries(schema).flatMap(([name, one]) => unbounded(one, `${at}/${name}`))];
}

test('every list and every object of free names in a request is bounded', () => {
  const bodies = Object.entries(api.document.paths).flatMap(([path, operations]) =>
    Object.values(operations).map((operation) => [path, (operation as { requestBody?: unknown }).requestBody] as const),
  );
  assert.ok(bodies.filter(([, body]) => body !== undefined).length > 15);
  assert.deepEqual(
    bodies.flatMap(([path, body]) => unbounded(body, path)),
    [],
  );
});

test('a real server answers as it is described, about functions, events and identities', async () => {
  const { ask } = api;
  const of = clients(platform.url);
  await deploy(
    of,
    'echo',
    await zipOf({ 'index.js': 'exports.handler = async (event) => { console.log("hi"); return event; };' }),
  );
  const echoed = await ask<{ payload: unknown }>('POST /functions/echo/invoke', { payload: { a: 1 }, tail: true });
  assert.deepEqual(echoed.payload, { a: 1 });
  await ask('POST /functions/echo/events', { payload: 1 });
  await ask('PUT /functions/echo/egress', { allow: [{ to: '10.0.0.0/8' }] });
  await ask('DELETE /functions/echo/egress');
  await ask('POST /event-sources', { source: 'shop.*', function: 'echo' });
  const { events } = await ask<{ events: { id: string }[] }>('POST /events?source=shop&type=shop.sold', { n: 1 });
  for (let tries = 0; ; tries++) {
    const { deliveries } = await ask<{ deliveries: { event: string }[] }>('GET /events/deliveries?state=delivered');
    if (deliveries.length > 1) break;
    assert.ok(tries < 200, 'both were delivered');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await ask(`GET /events/trace/${events[0]!.id}`);
  await ask('GET /events/accepted?topic=events.bus');
  const replay = await ask<{ id: string }>('POST /events/replays', { topic: 'events.bus', dryRun: true });
  await ask(`GET /events/replays/${replay.id}`);
  await ask(`DELETE /events/replays/${replay.id}`);
  await ask('POST /hooks', { name: 'shop' });
  const { accessKeyId } = await ask<{ accessKeyId: string }>('POST /keys');
  await ask('GET /keys');
  await ask(`DELETE /keys/${accessKeyId}`);
  await ask('PUT /registries/registry.lan', { user: 'u', password: 'p' });
  await ask('GET /logs?group=/aws/lambda/echo');
});

test('a real server answers as it is described, about people, environments and applications', async () => {
  const { ask } = api;
  const { account } = await ask<{ account: string }>('POST /environments', { name: 'dev' });
  await ask('POST /environments', { name: 'prod' });
  await ask('POST /members', { user: 'ann', role: 'deployer', environment: 'dev' });
  const { id } = await ask<{ id: string }>('POST /tokens', { user: 'ann', scope: 'reader', note: 'a note' });
  const role = await createRole(clients(platform.url, { accessKeyId: account, secretAccessKey: 'test' }), 'shop');
  await ask('POST /apps?env=dev', { name: 'shop', role });
  await ask('PUT /apps/shop/review-settings?env=dev', { days: 3 });
  await ask('GET /audit?app=shop');
  await ask('GET /apps/shop?env=dev');
  await ask('GET /apps/shop/config?env=dev');
  await ask('GET /apps/shop/releases?env=dev');
  await ask('DELETE /apps/shop?env=dev&confirm=shop');
  await ask(`DELETE /tokens/${id}`);
  await ask('DELETE /members/ann?environment=dev');
  await ask('PUT /environments/prod', { name: 'production' });
  await ask('DELETE /environments/production?confirm=production');
});

test('every list that needs nothing answers as it is described', async () => {
  for (const [path, { get }] of Object.entries(api.document.paths))
    if (get && !path.includes('{') && !['/logs', '/events/accepted'].includes(path)) await api.ask(`GET ${path}`);
  assert.ok(api.called.size > 45, `${api.called.size} operations were called`);
});

test('what does not fit is refused by name', async () => {
  const refused = async (line: string, body?: unknown) => {
    const [method, path] = line.split(' ');
    const response = await fetch(`${platform.url}/_dalamb/api/v1${path}`, {
      method: method!,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const { error, requestId } = (await response.json()) as { error: { code: string; message: string }; requestId: string };
    assert.deepEqual([response.status, error.code, typeof requestId], [400, 'InvalidRequest', 'string']);
    return error.message;
  };
  assert.match(
    await refused('GET /functions?limits=5'),
    /unknown query parameter "limits"; there are after, limit, account, env, region$/,
  );
  assert.match(await refused('GET /events/deliveries?limit=1001'), /limit is a whole number from 1 to 1000$/);
  assert.match(
    await refused('POST /hooks', { name: 'a', secrets: 1 }),
    /unknown member secrets; there are name, scheme, secret, bus$/,
  );
});
