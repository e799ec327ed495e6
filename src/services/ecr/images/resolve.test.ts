import assert from 'node:assert/strict';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { manualClock } from '../../../../test/support/clock.ts';
import { digestOf, type EcrOptions, type EcrRoom, imageOf, OCI_MANIFEST, openEcr } from '../../../../test/support/ecr-room.ts';
import { ACCOUNT, OTHER, refused } from '../../../../test/support/s3-room.ts';
import { fail, systemClock } from '../../../kernel/index.ts';
import { askRoute } from '../../../model/control-route.fixture.ts';
import { fetched } from '../collections.ts';
import { clean } from '../upkeep.ts';
import { thisPlatform } from './resolve.ts';

const place = { account: ACCOUNT, region: 'us-east-1' };
const closing: (() => unknown)[] = [];
after(async () => {
  for (const close of closing) await close();
});

async function open(options: EcrOptions): Promise<EcrRoom> {
  const room = await openEcr(options);
  closing.push(() => room.close());
  return room;
}

type Serve = (req: IncomingMessage, res: ServerResponse) => void;

/** A registry whose answers a test decides; asked: what came, with its authorization. */
async function registry(serve: Serve) {
  const asked: string[] = [];
  const server = http.createServer((req, res) => {
    asked.push(`${req.headers.authorization ?? '-'} ${req.url}`);
    serve(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const image = imageOf([Buffer.from('layer one'), Buffer.from('layer two')]);
const contents = new Map([image.config, ...image.layers].map((bytes) => [digestOf(bytes), bytes]));

const give = (res: ServerResponse, body: string | Buffer, type = 'application/octet-stream') =>
  res.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);

/** What an honest registry answers. */
const honest: Serve = (req, res) => {
  const last = req.url!.split('/').at(-1)!;
  if (req.url!.includes('/manifests/')) {
    if (last === '1' || last === image.digest) give(res, image.manifest, OCI_MANIFEST);
    else res.writeHead(404).end('{"errors":[{"message":"nobody knows it"}]}');
  } else give(res, contents.get(last)!);
};

const remote = (host: string, more: EcrOptions = {}) => open({ clock: systemClock, settings: { insecure: [host] }, ...more });

test('an image of this platform is resolved, by its own address and by ECR’s, and prepared in order', async () => {
  const room = await open({});
  const { digest, config, layers } = await room.push('team/app', { tag: '1', layers: [...image.layers] });
  const host = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com`;
  const uri = `127.0.0.1:4566/team/app@${digest}`;
  const expected = {
    uri: `${host}/team/app@${digest}`, // which holds when the platform has another address
    digest: digest.slice(7),
    config: { entryPoint: ['/app'], command: [], environment: { A: '1' }, workingDirectory: '/' },
    bytes: 18,
  };
  assert.deepEqual(await room.resolveImage(place, '127.0.0.1:4566/team/app:1'), expected);
  assert.deepEqual(await room.resolveImage(place, `${host}/team/app:1`), expected);
  const [one, two] = await Promise.all([room.prepareImage(place, uri), room.prepareImage(place, uri)]);
  const hashes = layers.map((bytes) => digestOf(bytes).slice(7));
  assert.deepEqual(one, { ...expected, trees: hashes });
  assert.equal(one, two);
  assert.deepEqual(
    room.unpacked.map(({ hash }) => hash),
    hashes,
  );
  assert.ok(config.length > 0);
  await refused(room.resolveImage(place, '127.0.0.1:4566/team/app:2'), 'ImageNotFound');
  await refused(room.resolveImage({ ...place, region: 'eu-west-1' }, '127.0.0.1:4566/team/app:1'), 'ImageNotFound');
  await refused(room.resolveImage(place, 'not a reference'), 'InvalidImage');
});

test('what was deployed goes on when its repository is deleted; it is not deployed anew, nor by others', async () => {
  const room = await open({ decide: () => true });
  const { digest } = await room.push('gone', { layers: [...image.layers] });
  const uri = `127.0.0.1:4566/gone@${digest}`;
  const first = await room.prepareImage(place, uri);
  await room.call('DeleteRepository', { repositoryName: 'gone', force: true });
  assert.deepEqual(await room.prepareImage(place, uri), first);
  await refused(room.resolveImage(place, uri), 'ImageNotFound');
  const other = { ...place, account: OTHER };
  await refused(room.prepareImage(other, `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/gone@${digest}`), 'ImageNotFound');
});

test('what was deployed by whom the repository’s policy lets no more is refused', async () => {
  let open_ = true;
  const room = await open({ decide: () => open_ });
  const { digest } = await room.push('closed', {});
  const prepare = () =>
    room.prepareImage({ ...place, account: OTHER }, `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/closed@${digest}`);
  await prepare();
  open_ = false;
  await refused(prepare(), 'ImageAccessDenied');
});

test('another account needs the repository’s policy', async () => {
  let open_ = false;
  const room = await open({ decide: () => open_ });
  await room.push('shared', { tag: '1' });
  const uri = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/shared:1`;
  await refused(room.resolveImage({ ...place, account: OTHER }, uri), 'ImageAccessDenied');
  open_ = true;
  assert.ok(await room.resolveImage({ ...place, account: OTHER }, uri));
});

test('an index is resolved to the image for this platform', async () => {
  const room = await open({});
  const { digest, manifest } = await room.push('many', {});
  const entry = (platform: object) => ({ mediaType: OCI_MANIFEST, digest, size: manifest.length, platform });
  const put = (imageTag: string, platform: object) =>
    room.call('PutImage', {
      repositoryName: 'many',
      imageTag,
      imageManifest: JSON.stringify({ schemaVersion: 2, manifests: [entry(platform)] }),
      imageManifestMediaType: 'application/vnd.oci.image.index.v1+json',
    });
  await put('here', thisPlatform);
  await put('there', { os: 'plan9', architecture: 'mips' });
  assert.equal((await room.resolveImage(place, '127.0.0.1:4566/many:here')).digest, digest.slice(7));
  const error = await refused(room.resolveImage(place, '127.0.0.1:4566/many:there'), 'InvalidImage');
  assert.match(error.message, /plan9\/mips/);
});

test('another registry is asked once; what came is kept for who fetched it, up to a quota', async () => {
  const { host, asked } = await registry(honest);
  const room = await remote(host);
  const resolved = await room.resolveImage(place, `${host}/a/b:1`);
  assert.equal(resolved.uri, `${host}/a/b@${image.digest}`);
  const prepared = await room.prepareImage(place, resolved.uri);
  assert.equal(prepared.trees.length, 2);
  assert.deepEqual(
    asked.map((one) => one.replace(/sha256:/, '').slice(0, 20)),
    [
      '- /v2/a/b/manifests/',
      `- /v2/a/b/blobs/${digestOf(image.config).slice(7, 11)}`,
      ...image.layers.map((l) => `- /v2/a/b/blobs/${digestOf(l).slice(7, 11)}`),
    ],
  );
  await room.prepareImage(place, resolved.uri);
  assert.equal(asked.length, 4);
  await room.prepareImage({ ...place, account: OTHER }, resolved.uri);
  assert.equal(asked.length, 8);
  await clean({ ...room.deps, settings: { ...room.deps.settings, cacheBytes: 0 } }, new AbortController().signal);
  assert.deepEqual((await room.store.read.range(fetched, { limit: 10 })).items, []);
});

test('a registry with tokens gets the login at its realm, and the token with the request', async () => {
  const { host, asked } = await registry((req, res) => {
    if (req.url!.startsWith('/token')) return give(res, JSON.stringify({ token: 'T' }));
    if (req.headers.authorization === 'Bearer T') return honest(req, res);
    res.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="s",scope="x"` }).end();
  });
  const room = await remote(host);
  await room.resolveImage(place, `${host}/a/b:1`);
  assert.match(asked[1]!, /^- \/token\?service=s&scope=repository%3Aa%2Fb%3Apull$/);
  await login(room, host);
  asked.length = 0;
  await room.resolveImage(place, `${host}/a/b:1`);
  assert.match(asked[1]!, /^Basic dTpw /);
});

const login = (room: EcrRoom, host: string) =>
  askRoute(room.routes.find(({ method, path }) => method === 'PUT' && path === '/registries/:host')!, {
    ...{ params: { host }, body: { user: 'u', password: 'p' }, place },
  });

test('a registry with logins refuses who has none or a wrong one', async () => {
  const { host } = await registry((req, res) => {
    if (req.headers.authorization === 'Basic dTpw') return honest(req, res);
    res.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end('{"errors":[{"message":"who are you"}]}');
  });
  const room = await remote(host);
  const error = await refused(room.resolveImage(place, `${host}/a/b:1`), 'ImageAccessDenied');
  assert.match(error.message, /dalamb registries add/);
  await login(room, host);
  assert.ok(await room.resolveImage(place, `${host}/a/b:1`));
});

test('a login goes to no other host, and redirects end', async () => {
  const other = await registry(honest);
  const { host } = await registry((req, res) => {
    if (req.headers.authorization === undefined) return res.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
    const to = req.url!.includes('/manifests/loop') ? req.url! : `http://${other.host}${req.url}`;
    res.writeHead(307, { location: to }).end();
  });
  const room = await remote(host, { settings: { insecure: [host, other.host] } });
  await login(room, host);
  assert.ok(await room.resolveImage(place, `${host}/a/b:1`));
  assert.ok(other.asked.every((one) => one.startsWith('- ')));
  assert.match((await refused(room.resolveImage(place, `${host}/a/b:loop`), 'InvalidImage')).message, /redirects more than 5/);
  const strict = await remote(host);
  await login(strict, host);
  assert.match((await refused(strict.resolveImage(place, `${host}/a/b:1`), 'InvalidImage')).message, /not asked/);
});

const lies: Record<string, readonly [serve: Serve, code: string, why: RegExp]> = {
  'another manifest than its digest': [
    (req, res) => (req.url!.includes('/manifests/') ? give(res, `${image.manifest} `, OCI_MANIFEST) : honest(req, res)),
    'InvalidImage',
    /has the digest/,
  ],
  'another layer than its digest': [
    (req, res) => (req.url!.endsWith(digestOf(image.layers[1]!)) ? give(res, 'layer 2!!') : honest(req, res)),
    'InvalidImage',
    /has the digest/,
  ],
  'more than it said': [
    (req, res) => (req.url!.endsWith(digestOf(image.layers[1]!)) ? give(res, 'x'.repeat(100)) : honest(req, res)),
    'InvalidImage',
    /more came/,
  ],
  'less than it said': [
    (req, res) => (req.url!.endsWith(digestOf(image.layers[1]!)) ? give(res, 'x') : honest(req, res)),
    'InvalidImage',
    /only 1 of 9/,
  ],
  'a layer that breaks off': [
    (req, res) => {
      if (!req.url!.endsWith(digestOf(image.layers[1]!))) return honest(req, res);
      res.writeHead(200, { 'content-length': 9 }).write('lay');
      setTimeout(() => res.destroy(), 20);
    },
    'ImageUnavailable',
    /aborted|hang up|reset/i,
  ],
  'a manifest without end': [
    (req, res) => (req.url!.includes('/manifests/') ? give(res, Buffer.alloc(5_000_000, ' '), OCI_MANIFEST) : honest(req, res)),
    'InvalidImage',
    /larger than 4 MB/,
  ],
  'a page': [(_, res) => give(res, '<html>', 'text/html'), 'InvalidImage', /digest|no JSON/],
  'a server that fails': [(_, res) => res.writeHead(503).end('busy'), 'ImageUnavailable', /503/],
  'an unknown image': [(_, res) => res.writeHead(404).end('{"errors":[{"message":"no such"}]}'), 'ImageNotFound', /no such/],
};

for (const [what, [serve, code, why]] of Object.entries(lies)) {
  test(`a registry that answers ${what} is not believed`, async () => {
    const { host } = await registry(serve);
    const room = await remote(host);
    const error = await refused(room.prepareImage(place, `${host}/a/b@${image.digest}`), code);
    assert.match(error.message, why);
  });
}

test('a registry that hangs is waited for only so long', async () => {
  const { host } = await registry(() => {});
  const clock = manualClock();
  const room = await remote(host, { clock });
  const asking = refused(room.resolveImage(place, `${host}/a/b:1`), 'ImageUnavailable');
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  await clock.advance(20_001);
  assert.match((await asking).message, /no answer in 20000 ms/);
});

test('a registry that stops in the middle is too', async () => {
  const begun = Promise.withResolvers<void>();
  const { host } = await registry((req, res) => {
    res.writeHead(200, { 'content-type': OCI_MANIFEST, 'content-length': image.manifest.length }).write('{');
    setTimeout(begun.resolve, 50);
    req.socket.on('error', () => {});
  });
  const clock = manualClock();
  const room = await remote(host, { clock });
  const asking = refused(room.resolveImage(place, `${host}/a/b:1`), 'ImageUnavailable');
  await begun.promise;
  await clock.advance(30_001);
  assert.match((await asking).message, /30000 ms/);
});

test('only what egress allows is connected to; nobody is asked without TLS who was not named', async () => {
  const { host, asked } = await registry(honest);
  const room = await open({ clock: systemClock });
  const error = await refused(room.resolveImage(place, `${host}/a/b:1`), 'ImageUnavailable');
  assert.match(error.message, /closed by the egress settings/);
  const allowed = await open({ clock: systemClock, mayConnect: () => true });
  await refused(allowed.resolveImage(place, `${host}/a/b:1`), 'ImageUnavailable');
  assert.deepEqual(asked, []);
});

test('a layer that cannot be unpacked makes no image; the rest of it is not fetched on', async () => {
  const { host } = await registry(honest);
  const room = await remote(host, {
    unpackLayer: () => Promise.reject(fail('InvalidArchive', 'entry "../x" leads out')),
  });
  const error = await refused(room.prepareImage(place, `${host}/a/b@${image.digest}`), 'InvalidImage');
  assert.match(error.message, /leads out/);
});
