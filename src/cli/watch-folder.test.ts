import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { watchFolders } from './watch-folder.ts';

test('it tells in which folders something was saved, also in one that took the place of another', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-watch-'));
  const below = path.join(folder, 'below');
  fs.mkdirSync(below);
  let told: (within: readonly string[] | undefined) => void = () => {};
  const watching = watchFolders((within) => told(within && [...within].sort()));
  t.after(() => {
    watching.close();
    fs.rmSync(folder, { recursive: true });
  });
  const next = () =>
    new Promise<readonly string[] | undefined>((resolve) => {
      told = resolve;
    });
  let saved = next();
  watching.follow([folder, below]);
  assert.deepEqual(await saved, [folder, below], 'what was saved before they were watched');
  saved = next();
  fs.writeFileSync(path.join(below, 'a'), '1');
  assert.deepEqual(await saved, [below]);
  saved = next();
  fs.renameSync(below, `${folder}/old`);
  fs.mkdirSync(below);
  assert.ok((await saved)?.includes(folder));
  saved = next();
  watching.follow([folder, below]);
  assert.deepEqual(await saved, [below]);
  saved = next();
  fs.writeFileSync(path.join(below, 'a'), '1');
  assert.deepEqual(await saved, [below]);
});
