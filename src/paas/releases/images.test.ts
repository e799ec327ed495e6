import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fail } from '../../kernel/index.ts';
import type { Operate, OwnRepository, Process } from '../../model/index.ts';
import { devStages, imageStages, releases } from '../collections.ts';
import { functionSettings, isConfigured } from './function-settings.ts';
import { bringImages, pruneImages, removeImages } from './images.ts';
import { processOf, releaseWorld } from './world.fixture.ts';

const HOUR = 60 * 60_000;
const digest = (n: number) => `sha256:${String(n).repeat(64)}`;
const stage = { app: 'shop', account: '000000000000', region: 'us-east-1' };
const uri = (n: number, name = 'apps/shop', account = stage.account) =>
  `${account}.dkr.ecr.us-east-1.amazonaws.com/${name}@${digest(n)}`;
const process = (n: number, name?: string, account?: string): Process =>
  ({ name: `p${n}`, handler: '', code: { kind: 'image', uri: uri(n, name, account) } }) as Process;

/** A repository with images of these ages in hours. */
async function bench(t: TestContext, ages: readonly number[]) {
  const { store } = await releaseWorld(t);
  const clock = { now: () => 100 * HOUR };
  const left = new Map(ages.map((age, n) => [digest(n), new Date(clock.now() - age * HOUR)]));
  let there = true;
  const calls: string[] = [];
  const operate = async (_service: string, name: string, input: { [key: string]: unknown }) => {
    calls.push(name);
    if (name === 'GetFunctionConfiguration')
      return { CodeSha256: String(input.FunctionName).endsWith('-dev') ? '3'.repeat(64) : '' };
    assert.equal(input.repositoryName, 'apps/shop');
    if (!there) throw fail('RepositoryNotFoundException', 'none', { status: 400 });
    if (name === 'DeleteRepository') there = false;
    for (const { imageDigest } of (input.imageIds ?? []) as { imageDigest: string }[]) left.delete(imageDigest);
    return { imageDetails: [...left].map(([imageDigest, imagePushedAt]) => ({ imageDigest, imagePushedAt })) };
  };
  const ports = { store, clock, operateAt: () => operate as unknown as Operate } as never;
  const note = () => store.transact((tx) => tx.put(imageStages, { app: 'shop', account: stage.account }));
  return { store, ports, left, calls, note };
}

test('what no release and no development names goes after an hour; where nothing was built, nothing is asked', async (t) => {
  const { store, ports, left, calls, note } = await bench(t, [50, 50, 50, 50, 0.5]);
  await store.transact(async (tx) => {
    const contents = { processes: [process(1), process(2, 'apps/other')] };
    await tx.put(releases, { ...stage, number: 1, contents } as never);
    await tx.put(devStages, { app: 'shop', account: stage.account, processes: ['dev'] });
  });
  await pruneImages(ports, stage);
  assert.deepEqual(calls, []);
  await note();
  await pruneImages(ports, stage);
  assert.deepEqual([...left.keys()], [digest(1), digest(3), digest(4)]);
});

test('all go with the application, once', async (t) => {
  const { ports, calls, note } = await bench(t, [50]);
  await removeImages(ports, stage);
  await note();
  await removeImages(ports, stage);
  await removeImages(ports, stage);
  await note();
  await removeImages(ports, stage);
  assert.deepEqual(calls, ['DeleteRepository', 'DeleteRepository']);
});

test('another environment gets the images that were built, and no others', async (t) => {
  const { store } = await bench(t, []);
  const copies: unknown[] = [];
  let isThere = true;
  const copyImage = async (from: OwnRepository, to: OwnRepository) => {
    copies.push([from, to]);
    return isThere;
  };
  const to = { account: '222222222222', region: 'us-east-1' };
  const bringing = { app: 'shop', to, commit: 'c0ffee' };
  const zip = { ...process(1), code: { kind: 'zip', hash: '', bytes: 1 } } as Process;
  const all = [process(1), process(2, 'base'), zip];
  const brought = await bringImages({ store, copyImage }, bringing, all);
  assert.deepEqual(brought, [{ ...all[0], code: { kind: 'image', uri: uri(1, 'apps/shop', to.account) } }, all[1], zip]);
  const from = { account: stage.account, region: 'us-east-1', repository: 'apps/shop', digest: digest(1) };
  assert.deepEqual(copies, [[from, { ...to, repository: 'apps/shop', tag: 'c0ffee' }]]);
  assert.deepEqual(await store.read.get(imageStages, ['shop', to.account]), { app: 'shop', account: to.account });
  isThere = false;
  await assert.rejects(bringImages({ store, copyImage }, bringing, all), { code: 'ReleaseFailed', message: /push again/ });
});

test('a function of code is not made one of an image', async (t) => {
  const world = await releaseWorld(t);
  const release = (one: Process) =>
    world.release({ reason: 'deploy', built: { processes: [one], resources: [], checks: { smoke: {} }, commit: 'c' } });
  const code = await processOf(world.store, 'web', 'one');
  await release(code);
  const { runtime: _, ...rest } = code;
  const image: Process = { ...rest, handler: 'serve', code: { kind: 'image', uri: uri(1) } };
  await assert.rejects(release(image), {
    code: 'ReleaseFailed',
    message: /shop-web is code, which no function changes.*differently/,
  });
});

test('words of a process are the command of its image; without words it has its own', () => {
  const settings = (handler: string) =>
    functionSettings({ app: 'shop', role: 'r' }, { ...process(1), handler, environment: {} }, { config: {}, resources: {} });
  const two = settings('serve "a b"');
  assert.deepEqual([two.ImageConfig, two.Handler, two.Runtime], [{ Command: ['serve', 'a b'] }, undefined, undefined]);
  assert.deepEqual(settings('').ImageConfig, {});
  const found = { ...two, EphemeralStorage: two.EphemeralStorage, ImageConfigResponse: { ImageConfig: two.ImageConfig } };
  assert.equal(isConfigured(found as never, two), true);
  assert.equal(isConfigured(found as never, settings('')), false);
  assert.equal(isConfigured({ ...found, ImageConfigResponse: undefined } as never, settings('')), true);
});
