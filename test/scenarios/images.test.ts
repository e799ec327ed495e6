import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { randomIds, systemClock } from '../../src/kernel/index.ts';
import { askRoute } from '../../src/model/control-route.fixture.ts';
import { createTrees, type TreeStore } from '../../src/sandbox/index.ts';
import { type EcrRoom, openEcr } from '../support/ecr-room.ts';
import { dockerArchive, lacking, run, startRegistry } from '../support/image-tools.ts';
import { removeDirectory, temporaryDirectory } from '../support/platform.ts';
import { ACCOUNT, refused } from '../support/s3-room.ts';

/** Images of a real registry, fetched and unpacked; what comes out is what umoci makes of them. */
const skip = lacking('skopeo', 'umoci', 'docker-registry');
const place = { account: ACCOUNT, region: 'us-east-1' };
let folder: string;
const stops: (() => unknown)[] = [];

before(async () => {
  folder = temporaryDirectory();
  fs.mkdirSync(folder, { recursive: true });
  const archive = await dockerArchive(
    [
      { name: 'bin/app', content: '#!/bin/sh\n', mode: 0o4755 },
      { name: 'etc/old', content: '1' },
      { name: 'etc/kept', content: '2', mode: 0o640 },
      { name: 'lib', type: 'symlink', linkname: 'usr/lib' },
      { name: 'usr/lib/libc', content: 'c'.repeat(700_000) },
      { name: 'opt/gone/deep', content: 'x' },
    ],
    [{ name: 'etc/.wh.old' }, { name: 'opt/gone/.wh..wh..opq' }, { name: 'opt/gone/new', content: 'n' }],
    [{ name: 'srv/data', content: 'd' }],
  );
  fs.writeFileSync(path.join(folder, 'img.tar'), archive);
});
after(async () => {
  for (const stop of stops.reverse()) await stop();
  removeDirectory(folder);
});

async function external(name: string, login: boolean): Promise<string> {
  const directory = path.join(folder, name);
  fs.mkdirSync(directory);
  const { host, stop } = await startRegistry(directory, { login });
  stops.push(stop);
  const creds = login ? ['--dest-creds', 'u:secret'] : [];
  await run(
    'skopeo',
    ['--insecure-policy', 'copy', '--dest-tls-verify=false', ...creds, 'docker-archive:img.tar', `docker://${host}/some/app:1`],
    folder,
  );
  return host;
}

async function opened(insecure: readonly string[]): Promise<{ room: EcrRoom; trees: TreeStore }> {
  const late: { room?: EcrRoom } = {};
  const trees = await createTrees({
    directory: path.join(folder, `trees-${insecure.length}-${stops.length}`),
    readBlob: (hash) => late.room!.store.blobs.read(hash),
    clock: systemClock,
    ids: randomIds,
  });
  const unpackLayer: TreeStore['unpackLayer'] = (below, layer) => trees.unpackLayer(below, layer);
  late.room = await openEcr({ clock: systemClock, unpackLayer, settings: { insecure } });
  stops.push(() => late.room!.close());
  return { room: late.room, trees };
}

function listing(root: string, below = ''): string[] {
  return fs.readdirSync(path.join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(below, entry.name);
    const stats = fs.lstatSync(path.join(root, name));
    if (entry.isDirectory()) return listing(root, name);
    if (entry.isSymbolicLink()) return [`${name}->${fs.readlinkSync(path.join(root, name))}`];
    return [`${name} ${(stats.mode & 0o777).toString(8)} ${stats.size}`];
  });
}

test('an image of another registry is resolved, fetched and unpacked; the registry may then be gone', { skip }, async () => {
  const host = await external('plain', false);
  const { room, trees } = await opened([host]);
  const resolved = await room.resolveImage(place, `${host}/some/app:1`);
  assert.deepEqual(resolved.config, {
    entryPoint: ['/bin/app'],
    command: ['serve'],
    environment: { A: '1' },
    workingDirectory: '/srv',
  });
  const prepared = await room.prepareImage(place, resolved.uri);
  assert.equal(prepared.trees.length, 2, 'the first two layers are merged, the third is its own');
  const shown = new Set(prepared.trees.flatMap((tree) => listing(trees.path(tree))));
  await run(
    'skopeo',
    ['--insecure-policy', 'copy', '--src-tls-verify=false', `docker://${host}/some/app:1`, 'oci:layout:1'],
    folder,
  );
  await run('umoci', ['unpack', '--rootless', '--image', 'layout:1', 'bundle'], folder);
  assert.deepEqual([...shown].sort(), listing(path.join(folder, 'bundle/rootfs')).sort());
  stops.splice(0, 1)[0]!();
  assert.deepEqual(await room.prepareImage(place, resolved.uri), prepared);
  await refused(room.resolveImage(place, `${host}/some/app:1`), 'ImageUnavailable');
});

test('a registry with logins', { skip }, async () => {
  const host = await external('closed', true);
  const { room } = await opened([host]);
  await refused(room.resolveImage(place, `${host}/some/app:1`), 'ImageAccessDenied');
  const keep = room.routes.find(({ method, path: at }) => method === 'PUT' && at === '/registries/:host')!;
  await askRoute(keep, { params: { host }, body: { user: 'u', password: 'wrong' }, place });
  await refused(room.resolveImage(place, `${host}/some/app:1`), 'ImageAccessDenied');
  await askRoute(keep, { params: { host }, body: { user: 'u', password: 'secret' }, place });
  assert.match((await room.resolveImage(place, `${host}/some/app:1`)).uri, /@sha256:/);
  await refused(room.resolveImage(place, `${host}/some/app:2`), 'ImageNotFound');
});
