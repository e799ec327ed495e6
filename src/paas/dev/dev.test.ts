import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import tar from 'tar-stream';
import { unzipped, zipOf } from '../../../test/support/archives.ts';
import { fail, MIB, platformFailure } from '../../kernel/index.ts';
import type { DevAnswer, DevSwapped, ManifestChanges, TreeManifest } from '../../model/index.ts';
import { stages } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { sealConfig } from '../releases/config.ts';
import { ACCOUNT, APP, actor, processOf, REGION, releaseWorld, storeZip } from '../releases/world.fixture.ts';
import { createDev, type Dev } from './dev.ts';

type Files = Readonly<Record<string, string>>;

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const manifestOf = (files: Files): TreeManifest =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [name, `f:${hash(text)}`]));

/** What the command line sends: all names, and the contents of some. */
function bodyOf(manifest: TreeManifest | ManifestChanges, contents: Files): AsyncIterable<Uint8Array> {
  const pack = tar.pack();
  pack.entry({ name: Object.hasOwn(Object(manifest), 'since') ? 'changes.json' : 'manifest.json' }, JSON.stringify(manifest));
  for (const [name, text] of Object.entries(contents)) pack.entry({ name: `files/${name}` }, text);
  pack.finalize();
  return pack as unknown as AsyncIterable<Uint8Array>;
}

const how = {
  app: APP,
  account: ACCOUNT,
  region: REGION,
  actor,
  line: () => {},
  lines: [],
  signal: new AbortController().signal,
};
const APPLICATION = { Procfile: 'web: web.handler', 'package.json': '{}', 'web.js': 'one', 'lib/a.js': 'a' };

async function world(t: TestContext, besides: Files = {}, bytes?: number, more: Partial<PaasPorts> = {}) {
  const { ports, services, releases, release } = await releaseWorld(t);
  const builds: string[][] = [];
  const build: PaasPorts['build'] = async ({ source }) => {
    const files: Record<string, string> = { 'node_modules/dep/index.js': 'dep', ...besides };
    const extract = tar.extract();
    extract.end(await buffer(source));
    for await (const entry of extract) files[entry.header.name] = (await buffer(entry)).toString();
    builds.push(Object.keys(files));
    if (files['web.js'] === 'broken') throw platformFailure('BuildFailed', 'it is broken');
    const processes = files.Procfile!.split('\n').map(async (line) => {
      const name = line.split(':')[0]!;
      const process = await processOf(ports.store, name, '');
      const staged = await storeZip(ports.store, await zipOf(files));
      return {
        ...process,
        code: { kind: 'zip' as const, hash: staged.hash, bytes: bytes ?? staged.size },
        sources: [{ source: 'sqs:jobs' }],
      };
    });
    return { processes: await Promise.all(processes), resources: [], checks: { smoke: {} } };
  };
  const roles: string[] = [];
  const operateAt: PaasPorts['operateAt'] = (place) => async (service, name, input) => {
    if (service !== 'iam') return ports.operateAt(place)(service, name, input);
    roles.push(`${name} ${(input as { RoleName: string }).RoleName}`);
    return {} as never;
  };
  const made: string[] = [];
  const dev: Dev = createDev({
    ports: { ...ports, build, operateAt, ...more },
    created: async ({ name }) => void made.push(name),
    destroyed: async (app) => void made.splice(made.indexOf(app), 1),
  });
  const codeOf = async (name: string) => {
    const code = services.functions.get(`${APP}-${name}`)!.latest.CodeSha256;
    return unzipped(Buffer.from(String(code), 'base64'));
  };
  return { dev, builds, services, codeOf, release, releases, store: ports.store, secrets: ports.secrets, roles, made, ports };
}

/** As the command line does: contents only when they are asked for. */
async function save(dev: Dev, files: Files): Promise<DevSwapped & { readonly sent: readonly string[] }> {
  const manifest = manifestOf(files);
  let answer: DevAnswer = await dev.sync(how, bodyOf(manifest, {}));
  let sent: readonly string[] = [];
  if ('missing' in answer) {
    sent = answer.missing;
    answer = await dev.sync(how, bodyOf(manifest, Object.fromEntries(sent.map((name) => [name, files[name]!]))));
  }
  if ('failed' in answer) throw new RangeError(answer.failed);
  assert.ok('how' in answer);
  return { ...answer, sent };
}

test('a folder is sent once, built once, and runs as $LATEST without a release', async (t) => {
  const { dev, services, builds, codeOf, releases } = await world(t);
  const { how: kind, processes, sent } = await save(dev, APPLICATION);
  assert.deepEqual([kind, sent.length, builds.length], ['built', 4, 1]);
  assert.deepEqual(processes, [{ name: 'web', function: 'shop-web' }]);
  assert.equal(services.functions.get('shop-web')!.aliases.get('live'), '$LATEST');
  assert.deepEqual([...services.sources], ['shop-web:live sqs:jobs']);
  assert.equal((await codeOf('web'))['web.js'], 'one');
  assert.deepEqual(await releases.list(APP, ACCOUNT), []);
});

test('a save sends what changed and puts it into what was built', async (t) => {
  const { dev, builds, codeOf } = await world(t);
  await save(dev, APPLICATION);
  const changed = await save(dev, { ...APPLICATION, 'web.js': 'two', 'lib/new.js': 'new' });
  assert.deepEqual([changed.how, changed.sent], ['patched', ['web.js', 'lib/new.js']]);
  const code = await codeOf('web');
  assert.deepEqual([code['web.js'], code['lib/new.js'], code['node_modules/dep/index.js']], ['two', 'new', 'dep']);
  const { 'lib/a.js': _, ...fewer } = APPLICATION;
  assert.equal((await save(dev, fewer)).how, 'patched');
  assert.deepEqual([Object.hasOwn(await codeOf('web'), 'lib/a.js'), (await codeOf('web'))['web.js']], [false, 'one']);
  assert.equal((await save(dev, fewer)).how, 'unchanged');
  assert.equal((await save(dev, APPLICATION)).how, 'patched');
  assert.equal(builds.length, 1);
});

test('files, and folders in which nothing is left, are taken from the tree of what was built; links need all of it unpacked', async (t) => {
  const derived: { base: string; files: { name: string }[]; removed: string[] }[] = [];
  const deriveTree = async (_: string, on: unknown) => derived.push(on as (typeof derived)[number]) > 0;
  const { dev } = await world(t, {}, undefined, { deriveTree });
  const { 'lib/a.js': _, ...without } = { ...APPLICATION, 'b/c/d.js': '1', 'b/e.js': '2' };
  await save(dev, { ...without, 'lib/a.js': 'a' });
  await save(dev, { ...without, 'b/c/d.js': '3' });
  const { 'b/c/d.js': __, ...fewer } = without;
  await save(dev, fewer);
  assert.deepEqual(
    derived.map(({ files, removed }) => [files.map(({ name }) => name), removed]),
    [
      [['b/c/d.js'], ['lib', 'lib/a.js']],
      [[], ['b/c', 'b/c/d.js', 'lib', 'lib/a.js']],
    ],
  );
});

test('what changed since a folder that both know is enough', async (t) => {
  const { dev, builds, codeOf } = await world(t);
  const { tree: since } = await save(dev, APPLICATION);
  const changes = { since, files: { 'web.js': `f:${hash('two')}`, 'lib/new.js': `f:${hash('a')}`, 'lib/a.js': null } };
  const swapped = await dev.sync(how, bodyOf(changes, { 'web.js': 'two' }));
  assert.ok('how' in swapped && swapped.how === 'patched' && swapped.tree !== since);
  const { 'web.js': web, 'lib/new.js': moved, ...rest } = await codeOf('web');
  assert.deepEqual([web, moved, Object.hasOwn(rest, 'lib/a.js'), builds.length], ['two', 'a', false, 1]);
  assert.deepEqual(await dev.sync(how, bodyOf(changes, { 'web.js': 'two' })), { unknown: since });
  const next = { since: swapped.tree, files: { 'web.js': `f:${hash('three')}` } };
  assert.deepEqual(await dev.sync(how, bodyOf(next, {})), { missing: ['web.js'] });
  for (const files of [{ '../x': null, '../y': `f:${hash('')}` }, { x: 'f:1' }, { x: 1 }, []])
    await assert.rejects(dev.sync(how, bodyOf({ since: swapped.tree, files } as unknown as ManifestChanges, {})), {
      code: 'InvalidRequest',
    });
  const removed = await save(dev, { ...APPLICATION, 'web.js': 'three' });
  assert.deepEqual([removed.how, (await codeOf('web'))['web.js']], ['patched', 'three']);
});

test('a name that clashes with what only the build has is built', async (t) => {
  const { dev, builds } = await world(t, { 'made.js': 'made', 'out.js/deep.js': 'made' });
  for (const clashing of ['made.js', 'out.js', 'made.js/below.js']) {
    await save(dev, APPLICATION);
    const before = builds.length;
    assert.equal((await save(dev, { ...APPLICATION, [clashing]: 'mine' })).how, 'built', clashing);
    assert.equal(builds.length, before + 1);
  }
});

test('code that is too large to be patched is built again when it changed, and only then', async (t) => {
  const { dev, builds } = await world(t, {}, 260 * MIB);
  await save(dev, APPLICATION);
  assert.equal((await save(dev, APPLICATION)).how, 'unchanged');
  assert.equal((await save(dev, { ...APPLICATION, 'web.js': 'two' })).how, 'built');
  assert.equal(builds.length, 2);
});

test('what says how to build is built again', async (t) => {
  const { dev, builds, codeOf } = await world(t);
  await save(dev, APPLICATION);
  const others: readonly Files[] = [
    { 'package.json': '{"a":1}' },
    { 'tsconfig.json': '{}' },
    { 'lib/b.ts': 'b' },
    { 'x.sql': 'new kind' },
  ];
  for (const more of others) assert.equal((await save(dev, { ...APPLICATION, ...more })).how, 'built', JSON.stringify(more));
  assert.equal(builds.length, 5);
  const compiles = { ...APPLICATION, 'package.json': '{"scripts":{"build":"x"}}' };
  await save(dev, compiles);
  assert.equal((await save(dev, { ...compiles, 'web.js': 'two' })).how, 'built');
  assert.equal((await codeOf('web'))['web.js'], 'two');
});

test('a build that fails leaves the old code running, and the next save is only the difference', async (t) => {
  const { dev, codeOf } = await world(t);
  await save(dev, APPLICATION);
  const broken = { ...APPLICATION, 'package.json': '{"a":1}', 'web.js': 'broken' };
  await assert.rejects(save(dev, broken), /it is broken/);
  assert.equal((await codeOf('web'))['web.js'], 'one');
  const mended = await save(dev, { ...broken, 'web.js': 'mended' });
  assert.deepEqual([mended.how, mended.sent], ['built', ['web.js']]);
  assert.equal((await codeOf('web'))['web.js'], 'mended');
});

test('processes that are gone from the Procfile go', async (t) => {
  const { dev, services } = await world(t);
  await save(dev, { ...APPLICATION, Procfile: 'web: web.handler\nmail: mail.handler' });
  assert.deepEqual([...services.functions.keys()].sort(), ['shop-mail', 'shop-web']);
  await save(dev, APPLICATION);
  assert.deepEqual([[...services.functions.keys()], [...services.sources]], [['shop-web'], ['shop-web:live sqs:jobs']]);
});

test('where releases run nobody develops; variables set there hold from the next save on', async (t) => {
  const { dev, release, services, store, secrets } = await world(t);
  await save(dev, APPLICATION);
  await release({ reason: 'config', config: sealConfig(secrets, { A: '1' }) });
  assert.deepEqual([...services.sources], ['shop-web:live sqs:jobs']);
  assert.equal((await save(dev, { ...APPLICATION, 'web.js': 'two' })).how, 'patched');
  assert.deepEqual(services.functions.get('shop-web')!.latest.Environment, { Variables: { A: '1' } });
  assert.deepEqual([...services.sources], ['shop-web:live sqs:jobs']);
  const processes = [await processOf(store, 'web', 'released')];
  await release({ reason: 'deploy', built: { processes, resources: [], checks: { smoke: {} } } });
  await assert.rejects(save(dev, APPLICATION), { code: 'InvalidRequest', status: 409 });
  await assert.rejects(dev.remove(how), { code: 'InvalidRequest', status: 409 });
});

test('remove takes functions and event sources away, and not an application that somebody made', async (t) => {
  const { dev, services, store } = await world(t);
  await assert.rejects(dev.remove(how), { code: 'NoSuchThing' });
  await save(dev, APPLICATION);
  assert.deepEqual(await dev.remove(how), { removed: ['shop-web'] });
  assert.deepEqual([services.functions.size, services.sources.size], [0, 0]);
  assert.ok(await store.read.get(stages, [APP, ACCOUNT]));
  await assert.rejects(dev.remove(how), { code: 'NoSuchThing' });
});

test('a role is that of the stage, or refused', async (t) => {
  const { dev } = await world(t);
  const manifest = manifestOf(APPLICATION);
  const role = 'arn:aws:iam::000000000000:role/another';
  await assert.rejects(dev.sync({ ...how, role }, bodyOf(manifest, APPLICATION)), { code: 'InvalidRequest', status: 409 });
});

test('an application is made with a role of its own, and goes with what was made for development', async (t) => {
  const { dev, roles, made, ports } = await world(t);
  const own = { ...how, app: 'fresh' };
  await dev.sync(own, bodyOf(manifestOf(APPLICATION), APPLICATION));
  assert.deepEqual(roles, ['CreateRole fresh-dev', 'AttachRolePolicy fresh-dev']);
  assert.equal((await ports.store.read.get(stages, ['fresh', ACCOUNT]))?.role, `arn:aws:iam::${ACCOUNT}:role/fresh-dev`);
  assert.deepEqual(made, ['fresh']);
  assert.deepEqual(await dev.remove(own), { removed: ['fresh-web'] });
  assert.equal(await ports.store.read.get(stages, ['fresh', ACCOUNT]), undefined);
  assert.deepEqual(made, []);
  await assert.rejects(dev.sync({ ...own, app: 'No Name' }, bodyOf(manifestOf(APPLICATION), APPLICATION)), {
    code: 'InvalidRequest',
  });
  assert.equal(roles.length, 2);
});

test('a role that somebody else made is given nothing, and an application of another home is not taken into an environment of one’s own', async (t) => {
  const { ports } = await world(t);
  const asked: string[] = [];
  const operateAt: PaasPorts['operateAt'] = () => async (_service, name) => {
    asked.push(name);
    if (name === 'CreateRole') throw fail('EntityAlreadyExists', 'it is there');
    return { Role: { Description: 'for something else' } } as never;
  };
  const requireRole: PaasPorts['requireRole'] = async (_actor, role, { app, account }) => {
    if (app === APP && account === ACCOUNT) throw fail('AccessDenied', role);
  };
  const dev = createDev({ ports: { ...ports, operateAt, requireRole }, created: async () => {}, destroyed: async () => {} });
  const send = (app: string, account: string) => dev.sync({ ...how, app, account }, bodyOf(manifestOf(APPLICATION), APPLICATION));
  await assert.rejects(send('fresh', ACCOUNT), { code: 'NameTaken' });
  assert.deepEqual(asked, ['CreateRole', 'GetRole']);
  await assert.rejects(send(APP, '222222222222'), { code: 'AccessDenied' });
  assert.equal(await ports.store.read.get(stages, [APP, '222222222222']), undefined);
});

test('hostile bodies are refused', async (t) => {
  const { dev } = await world(t);
  const refused = { code: 'InvalidRequest' };
  const send = (manifest: unknown, contents: Files = {}) => dev.sync(how, bodyOf(manifest as TreeManifest, contents));
  const entry = `f:${hash('x')}`;
  for (const name of ['../x', '/x', 'a//b', '.git/config', 'a/.GIT/x', 'node_modules/x', 'a\nb', ''])
    await assert.rejects(send({ [name]: entry }), refused, name);
  for (const manifest of [[], 'x', { a: 'x' }, { a: 1 }, { a: 'f:00' }]) await assert.rejects(send(manifest), refused);
  await assert.rejects(send({ a: entry }, { a: 'y' }), /another hash/);
  await assert.rejects(send({ a: entry }, { b: 'x' }), refused);
  await assert.rejects(dev.sync(how, (async function* () {})()), refused);
  async function* noise() {
    yield Buffer.alloc(4096, 1);
  }
  await assert.rejects(dev.sync(how, noise()), refused);
});
