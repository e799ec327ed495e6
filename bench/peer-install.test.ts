import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { installed, lastLine, runToEnd } from './peer-install.ts';
import { majorOf } from './peer-java.ts';

function emptyCache(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-peers-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  return path.join(folder, 'cache');
}

test('what is missing is installed once', (t) => {
  const cache = emptyCache(t);
  let times = 0;
  const install = (folder: string) => fs.writeFileSync(path.join(folder, 'file'), String(++times));
  const home = installed('it-1.0', install, cache);
  assert.equal(installed('it-1.0', install, cache), home);
  assert.equal(fs.readFileSync(path.join(home, 'file'), 'utf8'), '1');
  assert.notEqual(installed('it-1.1', install, cache), home);
  assert.deepEqual(fs.readdirSync(cache).sort(), ['it-1.0', 'it-1.1']);
});

test('an install that fails leaves nothing, and is tried again', (t) => {
  const cache = emptyCache(t);
  const failing = (folder: string) => {
    fs.writeFileSync(path.join(folder, 'half'), '');
    runToEnd(process.execPath, ['-e', 'console.error("a\\nregistry away"); process.exit(3)']);
  };
  assert.throws(() => installed('it-1.0', failing, cache), /ended with 3: registry away$/);
  assert.deepEqual(fs.readdirSync(cache), []);
  assert.ok(fs.existsSync(installed('it-1.0', () => {}, cache)));
});

test('a program that is not there is named', () => {
  assert.throws(() => runToEnd('/nowhere/mvn', []), { message: '/nowhere/mvn does not run (ENOENT)' });
});

test('the last line of what was said is short', () => {
  assert.equal(lastLine('one\ntwo\n\n'), 'two');
  assert.equal(lastLine(''), '');
  assert.equal(lastLine('x'.repeat(1000)).length, 200);
});

test('the version of a Java is in what it says', () => {
  assert.equal(majorOf('openjdk version "25.0.3" 2026-04-21 LTS\n'), 25);
  assert.equal(majorOf('java version "1.8.0_292"\n'), 8);
  assert.equal(majorOf('openjdk version "21" 2023-09-19'), 21);
  assert.equal(majorOf('java: command not found'), 0);
});
