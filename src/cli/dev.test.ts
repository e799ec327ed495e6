import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import tar from 'tar-stream';
import { type Answers, dalamb } from './command.fixture.ts';

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-dev-')), 'My Shop');
  t.after(() => fs.rmSync(path.dirname(folder), { recursive: true }));
  fs.mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return folder;
}

const swapped = (how: string) => ({
  how,
  processes: [{ name: 'web', function: 'my-shop-web' }],
  urls: ['GET / http://api'],
  lines: how === 'built' ? ['packed 1 file'] : [],
  took: { build: 12, swap: 3 },
  tree: how,
});

/** A server that keeps what it is sent, and ends the command after so many answers. */
function server(most: number, then: Answers = {}, forgets = false) {
  const ending = new AbortController();
  const bodies: Record<string, string>[] = [];
  const known = new Map<string, string>();
  let last: Record<string, string> = {};
  let tree = 'built';
  const post = async (body: Blob) => {
    const files: Record<string, string> = {};
    const extract = tar.extract();
    extract.end(Buffer.from(await body.arrayBuffer()));
    for await (const entry of extract) files[entry.header.name] = (await buffer(entry)).toString();
    bodies.push(files);
    const { since, files: more } = JSON.parse(files['changes.json'] ?? '{}') as { since?: string; files?: typeof last };
    if (since !== undefined && since !== tree) return { unknown: since };
    const manifest: Record<string, string> = more ? { ...last, ...more } : JSON.parse(files['manifest.json']!);
    last = manifest;
    for (const [name, entry] of Object.entries(manifest)) {
      const text = files[`files/${name}`];
      if (text !== undefined) known.set(entry, text);
    }
    const missing = Object.keys(manifest).filter((name) => !known.has(manifest[name]!));
    if (missing.length > 0) return { missing };
    if (bodies.length >= most) setTimeout(() => ending.abort(), 100);
    tree = forgets ? 'another' : bodies.length === 2 ? 'built' : 'patched';
    return swapped(bodies.length === 2 ? 'built' : 'patched');
  };
  const answers: Answers = {
    'GET /environments': { environments: [{ name: 'dev' }] },
    'GET /logs': { lines: [] },
    'POST /apps/my-shop/dev': post,
    ...then,
  };
  return { answers, bodies, signal: ending.signal };
}

const nowhere = async () => undefined;

test('a folder is sent, its saves are, and its routes are shown once', async (t) => {
  const folder = folderOf(t, { Procfile: 'web: web.handler', 'web.js': 'one' });
  const { answers, bodies, signal } = server(3);
  setTimeout(() => fs.writeFileSync(path.join(folder, 'web.js'), 'two'), 500);
  const { code, out, sent } = await dalamb(['dev', folder], answers, { signal, remoteUrl: nowhere });
  assert.equal(code, 0);
  assert.deepEqual(
    bodies.map((files) => Object.keys(files).slice(1).sort()),
    [[], ['files/Procfile', 'files/web.js'], ['files/web.js']],
  );
  assert.equal(sent.find(({ path }) => path === '/apps/my-shop/dev')!.query.get('env'), 'dev');
  assert.deepEqual(
    bodies.map((files) => Object.keys(files)[0]),
    ['manifest.json', 'manifest.json', 'changes.json'],
  );
  const [first, ...lines] = out.trimEnd().split('\n');
  assert.equal(first, 'my-shop in environment dev: building …');
  assert.deepEqual(lines.slice(0, 3), ['packed 1 file', 'running my-shop-web (built in 12 ms)', 'GET / http://api']);
  assert.match(lines[3]!, /^web\.js: swapped in \d+ ms$/);
  assert.equal(lines.length, 4);
});

test('a server that knows another folder gets the whole one', async (t) => {
  const folder = folderOf(t, { Procfile: 'web: web.handler', 'web.js': 'one' });
  const { answers, bodies, signal } = server(4, {}, true);
  setTimeout(() => fs.writeFileSync(path.join(folder, 'web.js'), 'two'), 500);
  const { code } = await dalamb(['dev', folder], answers, { signal, remoteUrl: nowhere });
  assert.deepEqual(
    [code, bodies.map((files) => Object.keys(files)[0])],
    [0, ['manifest.json', 'manifest.json', 'changes.json', 'manifest.json']],
  );
  assert.deepEqual(bodies.at(-1)!['files/web.js'], 'two');
});

test('the environment dev is made where it is not there, and another is taken when it is named', async (t) => {
  const folder = folderOf(t, { Procfile: 'web: web.handler' });
  const one = server(2, { 'GET /environments': { environments: [] }, 'POST /environments': { name: 'dev' } });
  const { sent } = await dalamb(['dev', folder], one.answers, { signal: one.signal, remoteUrl: nowhere });
  assert.deepEqual(sent.find(({ path, method }) => path === '/environments' && method === 'POST')?.body, { name: 'dev' });
  const two = server(2);
  const other = await dalamb(['dev', folder, '--env', 'mine'], two.answers, { signal: two.signal, remoteUrl: nowhere });
  assert.deepEqual([...new Set(other.sent.map(({ query }) => query.get('env')))], ['mine']);
});

test('a build that fails is told, and the next save goes on', async (t) => {
  const folder = folderOf(t, { Procfile: 'web: web.handler', 'web.js': 'broken' });
  const { answers, bodies, signal } = server(3);
  const failed = { failed: 'line 3: no', lines: ['npm ci'] };
  const post = answers['POST /apps/my-shop/dev'] as (body: Blob) => Promise<object>;
  const failing = async (body: Blob) => {
    const answer = await post(body);
    return bodies.length === 2 ? failed : answer;
  };
  setTimeout(() => fs.writeFileSync(path.join(folder, 'web.js'), 'mended'), 500);
  const { code, out, err } = await dalamb(
    ['dev', folder],
    { ...answers, 'POST /apps/my-shop/dev': failing },
    { signal, remoteUrl: nowhere },
  );
  assert.equal(code, 0);
  assert.equal(err, 'npm ci\ndalamb: line 3: no; what ran before runs on\n');
  assert.match(out, /swapped in/);
});

test('with --remove the functions go at the end; what cannot be mended by a save ends at once', async (t) => {
  const folder = folderOf(t, { Procfile: 'web: web.handler' });
  const { answers, signal } = server(2, { 'DELETE /apps/my-shop/dev': { removed: ['my-shop-web'] } });
  const { out } = await dalamb(['dev', folder, '--remove'], answers, { signal, remoteUrl: nowhere });
  assert.match(out, /removed my-shop-web\n$/);
  const refused = () => Response.json({ error: { code: 'AccessDenied', message: 'no' } }, { status: 403 });
  const denied = await dalamb(['dev', folder], { ...answers, 'POST /apps/my-shop/dev': refused }, { remoteUrl: nowhere });
  assert.equal(denied.code, 1);
});
