import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApplication, destroyStage } from '../apps/applications.ts';
import { stages } from '../collections.ts';
import { ACCOUNT, APP, actor, processOf, REGION, type ReleaseWorld, releaseWorld } from './world.fixture.ts';

const ROLE = 'arn:aws:iam::000000000000:role/other';

async function worldOfTwo(t: Parameters<typeof releaseWorld>[0]) {
  const world = await releaseWorld(t);
  await createApplication(
    world.ports,
    { account: ACCOUNT, region: REGION },
    { name: `${APP}-a`, role: ROLE, branch: 'main' },
    actor,
  );
  return world;
}

interface What {
  readonly process?: string;
  readonly route?: string;
  readonly bucket?: string;
}

async function deploy({ releases, store }: ReleaseWorld, app: string, { process = 'web', route, bucket }: What) {
  const sources = route === undefined ? [] : [{ source: `http:${route}` }];
  const processes = [await processOf(store, process, app, { sources })];
  const resources = bucket === undefined ? [] : [{ kind: 'bucket' as const, name: bucket, settings: {} }];
  const built = { processes, resources, checks: { smoke: {} } };
  const change = () => ({ change: { reason: 'deploy' as const, built } });
  return releases.release({ app, account: ACCOUNT, actor, line: () => {}, signal: new AbortController().signal, change });
}

const refused = (message: RegExp) => ({ code: 'ReleaseFailed', message });

test('a function of another application is neither overwritten nor deleted, whatever the names are', async (t) => {
  const world = await worldOfTwo(t);
  await deploy(world, `${APP}-a`, { process: 'web' });
  await assert.rejects(
    deploy(world, APP, { process: 'a-web' }),
    refused(/shop-a-web is there already, and is Process web of application shop-a: name the process differently/),
  );
  assert.equal(world.services.functions.get('shop-a-web')?.latest.code, 'shop-a');
  assert.equal(world.services.functions.get('shop-a-web')?.latest.Role, ROLE);
  await destroyStage(world.ports, APP, ACCOUNT, actor);
  assert.ok(world.services.functions.has('shop-a-web'));
  await destroyStage(world.ports, `${APP}-a`, ACCOUNT, actor);
  assert.equal(world.services.functions.size, 0);
});

test('a function that somebody made by hand is refused', async (t) => {
  const world = await releaseWorld(t);
  await world.ports.operateAt({ account: ACCOUNT, region: REGION })('lambda', 'CreateFunction', {
    FunctionName: 'shop-web',
    Code: { ZipFile: Buffer.from('mine') },
  });
  await assert.rejects(deploy(world, APP, {}), refused(/shop-web is there already, and is none of this application/));
  assert.equal(world.services.functions.get('shop-web')?.latest.code, 'mine');
});

test('a route of another application is not taken, and is free when that one goes', async (t) => {
  const world = await worldOfTwo(t);
  await deploy(world, APP, { route: 'GET /login' });
  await assert.rejects(
    deploy(world, `${APP}-a`, { route: 'GET /login' }),
    refused(/http:GET \/login is a route of application shop in this environment/),
  );
  await deploy(world, APP, { route: 'GET /login' });
  await deploy(world, APP, {});
  await deploy(world, `${APP}-a`, { route: 'GET /login' });
  assert.ok(world.services.sources.has('shop-a-web:live http:GET /login'));
});

test('a resource that would be that of another application is refused before anything is made', async (t) => {
  const world = await worldOfTwo(t);
  await deploy(world, `${APP}-a`, { bucket: 'b' });
  await assert.rejects(
    deploy(world, APP, { bucket: 'a-b' }),
    refused(/bucket a-b would be shop-a-b, which is b of application shop-a/),
  );
  const stage = await world.store.read.get(stages, [APP, ACCOUNT]);
  assert.equal(stage?.current, undefined);
  await deploy(world, APP, { bucket: 'b' });
});
