import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ignoreRules } from './ignore-rules.ts';
import { createScanner } from './scan-folder.ts';

const ignored = (text: string, name: string, isFolder = false) => ignoreRules(text).judge(name, isFolder) === true;

test('names, folders, anchors, stars, negation', () => {
  assert.deepEqual(
    ['a.log', 'deep/a.log', 'a.logs'].map((name) => ignored('*.log', name)),
    [true, true, false],
  );
  assert.deepEqual([ignored('/build', 'build'), ignored('/build', 'a/build')], [true, false]);
  assert.deepEqual([ignored('out/', 'out', true), ignored('out/', 'out')], [true, false]);
  assert.deepEqual([ignored('a/**/z', 'a/z'), ignored('a/**/z', 'a/b/c/z'), ignored('**/x', 'q/x')], [true, true, true]);
  assert.equal(ignoreRules('*.log\n!keep.log').judge('keep.log', false), false);
  assert.equal(ignoreRules('# a\n\n').judge('a', false), undefined);
  assert.deepEqual([ignored('[ab].c', 'b.c'), ignored('[!ab].c', 'b.c'), ignored('a?c', 'a/c')], [true, false, false]);
  assert.deepEqual([ignored('\\#x', '#x'), ignored('x\\ ', 'x '), ignored('a.c', 'abc')], [true, true, false]);
});

/** All that git would add. */
function gitFiles(folder: string): string[] {
  const git = (...args: string[]) => execFileSync('git', ['-c', 'core.excludesFile=/dev/null', ...args], { cwd: folder });
  git('init', '-q');
  return git('ls-files', '-co', '--exclude-standard', '-z').toString().split('\0').filter(Boolean).sort();
}

test('a folder is read as git reads it', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-ignore-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const write = (name: string, text = name) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  };
  write(
    '.gitignore',
    '*.log\n/dist\nnode_modules/\n!important.log\nsub/*\n!sub/kept\n*~\nfoo/**/bar\n[Tt]mp\n**/cache/\na/b/c.txt\n',
  );
  write('lib/.gitignore', '!debug.log\nlocal\n');
  const names = [
    'x.log',
    'important.log',
    'lib/debug.log',
    'lib/local',
    'lib/deep/local',
    'dist/x',
    'lib/dist/x',
    'sub/a',
    'sub/kept/b',
  ];
  const more = [
    'n~',
    'foo/bar',
    'foo/x/y/bar/z',
    'tmp/a',
    'Tmp',
    'q/cache/z',
    'cache',
    'a/b/c.txt',
    'c.txt',
    'node_modules/m/i.js',
  ];
  for (const name of [...names, ...more]) write(name);
  fs.symlinkSync('c.txt', path.join(folder, 'link'));
  assert.deepEqual(Object.keys(createScanner(folder).scan().manifest).sort(), gitFiles(folder));
});
