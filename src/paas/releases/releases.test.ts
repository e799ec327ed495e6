import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../kernel/index.ts';
import { type Built, mappingShards, type Process, type ReleaseChange } from '../../model/index.ts';
import { releases as releaseRows, stages } from '../collections.ts';
import { sealConfig } from './config.ts';
import { takeoverFrom } from './takeovers.ts';
import { ACCOUNT, APP, actor, processOf, type ReleaseWorld, releaseWorld } from './world.fixture.ts';

const deploy = (commit: string, processes: readonly Process[], more: Partial<Built> = {}): ReleaseChange => ({
  reason: 'deploy',
  built: { processes, resources: [], checks: { smoke: {} }, commit, ...more },
});
const stageOf = async ({ store }: ReleaseWorld) => (await store.read.get(stages, [APP, ACCOUNT]))!;
const live = ({ services }: ReleaseWorld, name: string) => {
  const found = services.functions.get(`${APP}-${name}`);
  const version = found?.aliases.get('live');
  return version === undefined ? undefined : found?.versions[Number(version) - 1];
};
const latest = ({ services }: ReleaseWorld, name: string) => services.functions.get(`${APP}-${name}`)?.latest.code;
const variablesOf = (world: ReleaseWorld, name: string) =>
  (live(world, name)?.Environment as { Variables: Readonly<Record<string, string>> } | undefined)?.Variables;
const settled = async (world: ReleaseWorld) => {
  for (let i = 0; i < 500; i++) {
    const { current, settled: done, preparing } = await stageOf(world);
    if (current === done && preparing === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail('never settled');
};

test('a deploy publishes, points the alias, and puts event sources in place', async (t) => {
  const world = await releaseWorld(t);
  const web = await processOf(world.store, 'web', 'one', { sources: [{ source: 's3:photos/*.jpg' }], concurrency: 3 });
  const resources = [{ kind: 'bucket', name: 'photos', settings: {} }] as const;
  const { release } = await world.release(deploy('c1', [web], { resources }));
  assert.deepEqual([release.number, release.state, release.versions], [1, 'current', { web: '1' }]);
  assert.equal(live(world, 'web')?.code, 'one');
  assert.deepEqual([...world.services.sources], ['shop-web:live s3:shop-photos/*.jpg'], 'the declared bucket is meant');
  assert.deepEqual([...world.services.made], ['bucket shop-photos']);
  assert.deepEqual(variablesOf(world, 'web'), { BUCKET_PHOTOS: 'shop-photos' });
  assert.equal(world.services.functions.get('shop-web')?.concurrency, 3);
  const { current, settled: done, preparing } = await stageOf(world);
  assert.deepEqual([current, done, preparing], [1, 1, undefined]);
  assert.deepEqual(world.services.audit, ['release v1: Deploy c1']);
});

test('configuration makes a release, and a rollback brings all of the old one back without publishing', async (t) => {
  const world = await releaseWorld(t);
  const config = (values: Record<string, string>): ReleaseChange => ({
    reason: 'config',
    config: sealConfig(world.ports.secrets, values),
  });
  await world.release(config({ GREETING: 'hello' }));
  await world.release(deploy('c1', [await processOf(world.store, 'web', 'one', { sources: [{ source: 'sqs:a' }] })]));
  await world.release(config({ GREETING: 'bye' }));
  await world.release(deploy('c2', [await processOf(world.store, 'web', 'two', { sources: [{ source: 'sqs:b' }] })]));
  const greeting = () => variablesOf(world, 'web')?.GREETING;
  assert.deepEqual([live(world, 'web')?.code, greeting()], ['two', 'bye']);
  const versions = world.services.functions.get('shop-web')!.versions.length;
  const to = await world.releases.find(APP, ACCOUNT, 2);
  const { release } = await world.release({ reason: 'rollback', to });
  assert.deepEqual([release.number, release.description, release.commit], [5, 'Roll back to v2', 'c1']);
  assert.deepEqual([live(world, 'web')?.code, greeting()], ['one', 'hello']);
  assert.equal(world.services.functions.get('shop-web')!.versions.length, versions, 'nothing was published');
  assert.deepEqual([...world.services.sources], ['shop-web:live sqs:a']);
  assert.equal(latest(world, 'web'), 'one', '$LATEST too');
  assert.deepEqual(
    (await world.releases.list(APP, ACCOUNT)).map(({ number, state }) => `${number} ${state}`),
    ['5 current', '4 superseded', '3 superseded', '2 superseded', '1 superseded'],
  );
});

test('versions are started before calls reach them, and end when none does any more; what does not change goes on', async (t) => {
  const world = await releaseWorld(t);
  const other = await processOf(world.store, 'other', 'same');
  const { handed } = world.services;
  await world.release(deploy('c1', [await processOf(world.store, 'web', 'one'), other]));
  handed.length = 0;
  await world.release(deploy('c2', [await processOf(world.store, 'web', 'two'), other]));
  const ofWeb = handed.filter((said) => said.includes('shop-web'));
  assert.deepEqual(ofWeb, ['warm shop-web:2 beside 1', 'retire shop-web:1']);
  assert.ok(!handed.some((said) => said.startsWith('retire shop-other')), handed.join());
  handed.length = 0;
  const to = await world.releases.find(APP, ACCOUNT, 1);
  await world.release({ reason: 'rollback', to });
  assert.deepEqual(
    handed.filter((said) => said.includes('shop-web')),
    ['warm shop-web:1 beside 2', 'retire shop-web:2'],
  );
});

test('a rollback goes back in streams where that is asked for, once, to where they were when the release ceased to run', async (t) => {
  let world = await releaseWorld(t);
  const clicks = { sources: [{ source: 'kinesis:clicks' }, { source: 'sqs:jobs' }] };
  const web = (code: string) => processOf(world.store, 'web', code, clicks);
  const at = (position: number) =>
    world.store.transact((tx) =>
      tx.put(mappingShards, {
        uuid: 'kinesis:clicks',
        shardId: 's-0',
        lane: 7,
        slices: [{ position }, { position: position + 5 }],
      }),
    );
  await world.release(deploy('c1', [await web('one')]));
  await at(10);
  await world.release(deploy('c2', [await web('two')]));
  await at(20);
  await world.release(deploy('c3', [await web('three')]));
  await at(30);
  const to = await world.releases.find(APP, ACCOUNT, 1);
  await world.release({ reason: 'rollback', to });
  assert.deepEqual(world.services.rewound, [], 'not asked for');
  assert.equal(await takeoverFrom(world.store.read, { app: APP, account: ACCOUNT, number: 4 }), undefined, 'it runs');
  const { number } = (await takeoverFrom(world.store.read, to))!;
  assert.equal(number, 2);
  const back = await world.release({ reason: 'rollback', to, streams: number });
  assert.equal(back.release.description, 'Roll back to v1, streams too');
  const marks = [{ shardId: 's-0', lane: 7, position: 10 }];
  assert.deepEqual(world.services.rewound, [{ uuid: 'kinesis:clicks', marks }]);
  world = await world.again();
  await world.store.transact(async (tx) => {
    const { settled: _, ...stage } = (await tx.get(stages, [APP, ACCOUNT]))!;
    await tx.put(stages, stage);
  });
  await world.release({ reason: 'config', config: back.release.config });
  await settled(world);
  assert.equal(world.services.rewound.length, 1, 'settling again goes back no second time');
});

test('a release that read no stream has no place in one, also when those after it have', async (t) => {
  const world = await releaseWorld(t);
  const { release } = await world.release(deploy('c1', [await processOf(world.store, 'web', 'one')]));
  const web = await processOf(world.store, 'web', 'two', { sources: [{ source: 'kinesis:clicks' }] });
  await world.release(deploy('c2', [web]));
  await world.store.transact((tx) =>
    tx.put(mappingShards, { uuid: 'kinesis:clicks', shardId: 's-0', lane: 7, slices: [{ position: 3 }] }),
  );
  await world.release(deploy('c3', [web]));
  assert.equal(await takeoverFrom(world.store.read, release), undefined);
  const second = await takeoverFrom(world.store.read, { ...release, number: 2 });
  assert.deepEqual([second?.number, second?.streams.length], [3, 1]);
});

test('a failed smoke event leaves the old release in place, and puts $LATEST back', async (t) => {
  const world = await releaseWorld(t);
  await world.release(deploy('c1', [await processOf(world.store, 'web', 'good')]));
  world.services.smoke = (version) => (version.code === 'bad' ? '{"errorMessage":"no such table"}' : undefined);
  const bad = await processOf(world.store, 'web', 'bad', { sources: [{ source: 'sqs:never' }] });
  const failing = world.release(deploy('c2', [bad], { checks: { smoke: { web: { ping: true } } } }));
  await assert.rejects(failing, (error) => isFailure(error, 'ReleaseFailed') && /no such table/.test(error.message));
  assert.equal(live(world, 'web')?.code, 'good');
  await settled(world);
  assert.equal(world.services.functions.get('shop-web')?.latest.code, 'good');
  const failed = await world.releases.find(APP, ACCOUNT, 2);
  assert.deepEqual([failed.state, /no such table/.test(failed.failure ?? '')], ['failed', true]);
  assert.equal(world.services.sources.size, 0);
});

test('a new version that cannot be initialised leaves the old release in place, unless it may', async (t) => {
  const world = await releaseWorld(t);
  await world.release(deploy('c1', [await processOf(world.store, 'web', 'good'), await processOf(world.store, 'job', 'bad')]));
  world.services.init = (version) => (version.code === 'bad' ? "Runtime.ImportModuleError: No module named 'x'" : undefined);
  const job = await processOf(world.store, 'job', 'bad'); // as before: what runs already is nothing to prove
  await world.release(deploy('c2', [await processOf(world.store, 'web', 'better'), job]));
  const broken = [await processOf(world.store, 'web', 'bad'), job];
  const message = /^.*shop-web cannot be initialised: Runtime.ImportModuleError: No module named 'x'$/;
  await assert.rejects(world.release(deploy('c3', broken)), { code: 'ReleaseFailed', message });
  assert.equal(live(world, 'web')?.code, 'better');
  assert.equal(world.services.handed.at(-1), 'retire shop-web:3');
  await world.release(deploy('c3', broken, { checks: { smoke: {}, startsAnyhow: ['web'] } }));
  assert.equal(live(world, 'web')?.code, 'bad');
  const to = await world.releases.find(APP, ACCOUNT, 4);
  await world.release(deploy('c4', [await processOf(world.store, 'web', 'good'), job]));
  await world.release({ reason: 'rollback', to });
  assert.equal(live(world, 'web')?.code, 'bad', 'a rollback proves nothing, and waits for nothing');
});

test('what there is no memory to start is released all the same, and said', async (t) => {
  const world = await releaseWorld(t);
  world.services.memoryIsShort = true;
  const lines: string[] = [];
  const change = deploy('c1', [await processOf(world.store, 'web', 'one'), await processOf(world.store, 'job', 'one')]);
  const order = { app: APP, account: ACCOUNT, actor, signal: new AbortController().signal };
  await world.releases.release({ ...order, line: (text) => void lines.push(text), change: () => ({ change }) });
  assert.equal(lines.at(-1), 'not tried before they are called, for want of memory or time: web, job');
  assert.equal(live(world, 'web')?.code, 'one');
});

test('a release that failed keeps no environments, and no values of the configuration in what is said of it', async (t) => {
  const world = await releaseWorld(t);
  const job = await processOf(world.store, 'job', 'good');
  await world.release(deploy('c1', [await processOf(world.store, 'web', 'good'), job]));
  const config = sealConfig(world.ports.secrets, { PASSWORD: 'a "long" one', SHORT: 'no' });
  world.services.init = () => 'Error: no user for a "long" one, nor {"of":"a \\"long\\" one"}';
  world.services.handed.length = 0;
  await assert.rejects(world.release({ reason: 'config', config }), (error: Error) => !error.message.includes('long'));
  const { failure } = await world.releases.find(APP, ACCOUNT, 2);
  assert.equal(failure?.split('; ')[0], 'shop-web cannot be initialised: Error: no user for [hidden], nor {"of":"[hidden]"}');
  const retired = world.services.handed.filter((said) => said.startsWith('retire')).sort();
  assert.deepEqual(retired, ['retire shop-job:2', 'retire shop-web:2']);
});

test('releases of one stage wait for each other', async (t) => {
  const world = await releaseWorld(t);
  const code = await Promise.all(['a', 'b', 'c'].map((text) => processOf(world.store, 'web', text)));
  const done = await Promise.all(code.map((process, i) => world.release(deploy(`c${i}`, [process]))));
  assert.deepEqual(
    done.map(({ release }) => release.number),
    [1, 2, 3],
  );
  assert.equal(live(world, 'web')?.code, 'c');
});

test('a process that is no more reserves nothing, and what it had is there to be gone back to', async (t) => {
  const world = await releaseWorld(t);
  const [web, job] = [await processOf(world.store, 'web', 'w'), await processOf(world.store, 'job', 'j', { concurrency: 5 })];
  await world.release(deploy('c1', [web, job]));
  await world.release(deploy('c2', [web]));
  assert.equal(world.services.functions.get('shop-job')?.concurrency, undefined);
  assert.equal(live(world, 'job')?.code, 'j');
  await world.release({ reason: 'rollback', to: await world.releases.find(APP, ACCOUNT, 1) });
  assert.equal(world.services.functions.get('shop-job')?.concurrency, 5);
});

test('a release that is stopped says so, and is no defect', async (t) => {
  const world = await releaseWorld(t);
  const stop = new AbortController();
  world.services.smoke = () => {
    stop.abort();
    return undefined;
  };
  const built = { processes: [await processOf(world.store, 'web', 'w')], resources: [], checks: { smoke: { web: {} } } };
  const order = { app: APP, account: ACCOUNT, actor, line: () => {}, signal: stop.signal };
  await assert.rejects(world.releases.release({ ...order, change: () => ({ change: { reason: 'deploy', built } }) }), {
    code: 'ReleaseFailed',
    message: /it was stopped before it was ready/,
  });
  assert.equal((await world.releases.find(APP, ACCOUNT, 1)).failure, 'it was stopped before it was ready');
});

test('a release whose failure could not be written holds up no later one', async (t) => {
  const world = await releaseWorld(t);
  const web = await processOf(world.store, 'web', 'w');
  await world.release(deploy('c1', [web]));
  await world.store.transact(async (tx) => {
    const stage = (await tx.get(stages, [APP, ACCOUNT]))!;
    await tx.put(stages, { ...stage, next: 3, preparing: 2 });
    await tx.put(releaseRows, { ...(await tx.get(releaseRows, [APP, ACCOUNT, 1]))!, number: 2, state: 'preparing' });
  });
  assert.equal((await world.release(deploy('c3', [web]))).release.number, 3);
  assert.equal((await world.releases.find(APP, ACCOUNT, 2)).state, 'failed');
  await settled(world);
});

/** Invariants of a stage whatever happened: aliases run exactly what the pointer says. */
async function assertWhole(world: ReleaseWorld): Promise<void> {
  const stage = await stageOf(world);
  if (stage.current === undefined) return;
  const release = (await world.store.read.get(releaseRows, [APP, ACCOUNT, stage.current]))!;
  assert.equal(release.state, 'current');
  for (const { name } of release.contents.processes)
    assert.equal(world.services.functions.get(`${APP}-${name}`)?.aliases.get('live'), release.versions[name]);
}

test('killed at any step, the application is whole on one release, and the next push works', async (t) => {
  const outcomes = new Set<string>();
  for (const calls of [0, 2, 5, 9, 12, 14, 16, 18, 21, 25]) {
    let world = await releaseWorld(t);
    const both = async (text: string, source: string) => [
      await processOf(world.store, 'web', `${text} web`, { sources: [{ source }] }),
      await processOf(world.store, 'job', `${text} job`),
    ];
    await world.release(deploy('c1', await both('old', 'sqs:old')));
    world.services.callsLeft = calls;
    const ended = world.release(deploy('c2', await both('new', 'sqs:new'))).catch(() => {});
    await Promise.race([ended, world.services.killed()]);
    world = await world.again();
    await assertWhole(world);
    await settled(world);
    const { current } = await stageOf(world);
    const text = current === 1 ? 'old' : 'new';
    outcomes.add(text);
    for (const name of ['web', 'job']) {
      assert.equal(live(world, name)?.code, `${text} ${name}`);
      assert.equal(latest(world, name), `${text} ${name}`);
    }
    assert.deepEqual([...world.services.sources], [`shop-web:live sqs:${text}`]);
    await world.release(deploy('c3', await both('next', 'sqs:next')));
    await assertWhole(world);
    assert.equal(live(world, 'web')?.code, 'next web');
    assert.deepEqual([...world.services.sources], ['shop-web:live sqs:next']);
  }
  assert.deepEqual([...outcomes].sort(), ['new', 'old'], 'kills before the switch and after it were both tried');
});
