import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createScanner } from './scan-folder.ts';

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-scan-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

test('files, programs and links have their kind; git and installed packages are left out', (t) => {
  const folder = folderOf(t, { 'a.js': 'a', 'bin/run': '#!', '.git/HEAD': 'x', 'lib/node_modules/m.js': 'm' });
  fs.chmodSync(path.join(folder, 'bin/run'), 0o755);
  fs.symlinkSync('../a.js', path.join(folder, 'bin/link'));
  const scanner = createScanner(folder);
  const { manifest, folders } = scanner.scan();
  const kinds = Object.fromEntries(Object.entries(manifest).map(([name, entry]) => [name, entry.slice(0, 2)]));
  assert.deepEqual(kinds, { 'a.js': 'f:', 'bin/run': 'x:', 'bin/link': 'l:' });
  assert.deepEqual(folders, [folder, path.join(folder, 'bin/'), path.join(folder, 'lib/')]);
  assert.equal(scanner.read('bin/link', manifest['bin/link']!)?.toString(), '../a.js');
});

test('changes of the same size within the same moment are seen', (t) => {
  const folder = folderOf(t, { 'a.js': '0' });
  const scanner = createScanner(folder);
  const seen = new Set<string>();
  for (let i = 0; i < 10; i++) {
    fs.writeFileSync(path.join(folder, 'a.js'), String(i));
    seen.add(scanner.scan().manifest['a.js']!);
  }
  assert.equal(seen.size, 10);
});

test('what is no longer what the manifest says is not read', (t) => {
  const folder = folderOf(t, { 'a.js': '1' });
  const scanner = createScanner(folder);
  const entry = scanner.scan().manifest['a.js']!;
  fs.writeFileSync(path.join(folder, 'a.js'), '2');
  assert.equal(scanner.read('a.js', entry), undefined);
  fs.rmSync(path.join(folder, 'a.js'));
  assert.equal(scanner.read('a.js', entry), undefined);
  assert.deepEqual(scanner.scan().manifest, {});
});

test('a folder that is too large is refused with what to do', (t) => {
  const folder = folderOf(t, { 'a.bin': '' });
  fs.truncateSync(path.join(folder, 'a.bin'), 65 * 1024 * 1024);
  assert.throws(() => createScanner(folder).scan(), { code: 'FolderTooLarge', message: /64 MiB/ });
  fs.writeFileSync(path.join(folder, '.gitignore'), '*.bin');
  assert.deepEqual(Object.keys(createScanner(folder).scan().manifest), ['.gitignore']);
});

const rest = () => new Promise((resolve) => setTimeout(resolve, 80)); // times of files are coarse

test('given folders, it looks at their files, at folders in which names came or went, and at those in the place of others', async (t) => {
  const folder = folderOf(t, { 'a/one': '1', 'b/one': '1', 'c/d/one': '1', 'e/one': '1', 'x/one': '1', 'x/y/two': '1' });
  const write = (name: string, content: string) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  };
  await rest();
  const scanner = createScanner(folder);
  const { manifest: first, folders } = scanner.scan();
  assert.deepEqual(scanner.scan(new Set()), { manifest: first, folders });
  const changed = (within?: Set<string>) => {
    const { manifest } = scanner.scan(within);
    const names = [...new Set([...Object.keys(first), ...Object.keys(manifest)])];
    return names.filter((name) => first[name] !== manifest[name]).sort();
  };
  write('a/one', '2');
  write('b/one', '2');
  assert.deepEqual(changed(new Set([path.join(folder, 'a/')])), ['a/one']);
  assert.deepEqual(changed(), ['a/one', 'b/one']);
  await rest();
  changed();
  write('c/d/new', '1');
  write('c/f/g/new', '1');
  fs.rmSync(path.join(folder, 'e'), { recursive: true });
  const all = ['a/one', 'b/one', 'c/d/new', 'c/f/g/new', 'e/one'];
  assert.deepEqual(changed(new Set()), all);
  await rest();
  fs.renameSync(path.join(folder, 'a'), path.join(folder, 'old'));
  write('a/one', '1');
  assert.deepEqual(changed(new Set()), ['b/one', 'c/d/new', 'c/f/g/new', 'e/one', 'old/one']);
  await rest();
  changed();
  write('x/.gitignore', 'two\n');
  assert.deepEqual(
    changed(new Set([path.join(folder, 'x/')])).filter((name) => name.startsWith('x')),
    ['x/.gitignore', 'x/y/two'],
  );
  write('x/.gitignore', 'one\n');
  assert.deepEqual(
    changed(new Set([path.join(folder, 'x/')])).filter((name) => name.startsWith('x')),
    ['x/.gitignore', 'x/one'],
  );
});
