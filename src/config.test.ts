import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { loadConfig } from './config.ts';
import { isFailure } from './kernel/index.ts';

const manual = path.join(import.meta.dirname, '../docs/dalamb.toml');

function withFile<T>(text: string, use: (file: string) => T): T {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-config-'));
  try {
    const file = path.join(directory, 'dalamb.toml');
    fs.writeFileSync(file, text);
    return use(file);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

const refused = (text: string, options: object = {}) =>
  withFile(text, (config) => {
    try {
      loadConfig({ config, ...options });
    } catch (error) {
      if (isFailure(error, 'ConfigInvalid')) return error.message;
      throw error;
    }
    return undefined;
  });

test('the manual holds every setting, each with its default', () => {
  const empty = withFile('', (config) => loadConfig({ config }));
  assert.deepEqual(loadConfig({ config: manual }), empty);
  const text = fs.readFileSync(manual, 'utf8').replaceAll(/^# (\w+ = [^#]*)/gm, '$1');
  const all = withFile(text.replace('"/etc/dalamb/key"', '"/k"'), (config) => loadConfig({ config }));
  assert.equal(all.keyFile, '/k');
  const { directory, keyFile, bare, allowRoot, npm: _, ...sections } = all;
  for (const section of Object.values(sections))
    for (const name of Object.keys(section)) assert.match(text, new RegExp(`^${name} = `, 'm'));
});

test('unknown keys and wrong values are refused by name', () => {
  assert.match(refused('[server]\nprot = 1')!, /prot/);
  assert.match(refused('[sandbox]\ndriver = "docker"')!, /driver/);
  assert.match(refused('[server')!, /dalamb\.toml/);
  assert.match(refused('', { port: '70000' })!, /70000/);
});

test('off loopback only with strict authentication and a word about TLS', () => {
  assert.match(refused('[server]\nhost = "0.0.0.0"')!, /strict/);
  assert.match(refused('[server]\nhost = "0.0.0.0"\n[auth]\nmode = "strict"')!, /TLS/);
  assert.equal(refused('[server]\nhost = "0.0.0.0"\n[auth]\nmode = "strict"\nbehind_proxy = true'), undefined);
});

test('options beat the file', () => {
  const config = withFile('[server]\nport = 1\nhost = "127.0.0.2"', (file) =>
    loadConfig({ config: file, port: '0', data: '/tmp/x' }),
  );
  assert.deepEqual([config.server.port, config.server.host, config.directory], [0, '127.0.0.2', '/tmp/x']);
});

test('the address that people know is one of the server’s names', () => {
  const server = (text: string) => withFile(text, (config) => loadConfig({ config })).server;
  assert.deepEqual(server('[server]\nurl = "https://lambda.example.org/"').names, ['lambda.example.org']);
  assert.deepEqual(server('[server]\nurl = "https://a.example"\nnames = ["a.example", "b.example"]').names, [
    'a.example',
    'b.example',
  ]);
  assert.match(refused('[server]\nurl = "ftp://x"')!, /url/);
  assert.match(refused('[email]\nsmtp = "mail.example.org"')!, /smtp/);
});

test('folders with interpreters are absolute, and there', () => {
  assert.match(refused('[runtimes]\nfolders = ["jdk"]')!, /absolute path.*runtimes\.folders/);
  assert.match(refused('[runtimes]\nfolders = ["/opt/../etc"]')!, /absolute/);
  assert.match(refused('[runtimes]\nfolders = ["/nowhere/jdk"]')!, /\/nowhere\/jdk has no folder bin/);
  assert.equal(refused('[runtimes]\nfolders = ["/usr"]'), undefined);
});
