import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { findRuntimes, nodeFlags } from './catalogue.ts';

test('what is here is found with its version, what is missing says how to get it', async () => {
  const installation = path.resolve(import.meta.dirname, '../..');
  const { entries } = await findRuntimes({ installation });
  assert.match(entries.get('nodejs26.x')!.version, /^nodejs:26\.v\d+$/);
  assert.equal(entries.get('provided.al2023')!.speaks, 'http');
  const empty = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-'));
  const { entries: none, missing } = await findRuntimes({ installation: empty, pythonFolders: [empty], javaHomes: [] });
  assert.deepEqual([...none.keys()], ['provided.al2023', 'provided.al2']);
  assert.match(missing.find(({ name }) => name === 'nodejs24.x')!.reason, /npm install/);
  assert.match(missing.find(({ name }) => name === 'python3.12')!.reason, /python3\.12/);
  await fs.rm(empty, { recursive: true });
});

test('an interpreter that does not run is not offered', async () => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-'));
  await fs.writeFile(path.join(folder, 'python3.12'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  await fs.writeFile(path.join(folder, 'python3.13'), '#!/bin/sh\necho Python 3.13.5\n', { mode: 0o755 });
  const { entries } = await findRuntimes({ installation: folder, pythonFolders: [folder] });
  assert.equal(entries.get('python3.12'), undefined);
  assert.equal(entries.get('python3.13')!.version, 'python:3.13.v5');
  await fs.rm(folder, { recursive: true });
});

test('an interpreter of a further folder comes first, and its folder is shown', async () => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-'));
  await fs.mkdir(path.join(folder, 'bin'));
  await fs.writeFile(path.join(folder, 'bin/python3.13'), '#!/bin/sh\necho Python 3.13.9\n', { mode: 0o755 });
  const { entries } = await findRuntimes({ installation: folder, folders: [folder], javaHomes: [] });
  const entry = entries.get('python3.13')!;
  assert.equal(entry.version, 'python:3.13.v9');
  assert.deepEqual(entry.mounts[0], { source: folder, target: '/var/lang' }, 'sandboxes have a /tmp of their own');
  assert.equal(entry.argv!({ path: (target: string) => target } as never, 128)[0], '/var/lang/bin/python3.13');
  await fs.rm(folder, { recursive: true });
});

test('the heap follows the memory', () => {
  assert.deepEqual(nodeFlags(128), ['--max-old-space-size=99', '--max-semi-space-size=4', '--v8-pool-size=1']);
  assert.deepEqual(nodeFlags(10240), ['--max-old-space-size=9200', '--max-semi-space-size=32']);
});
