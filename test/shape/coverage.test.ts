import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { root } from './source.ts';

const tool = path.join(root, 'tools/coverage.mjs');
const made = () => execFileSync(process.execPath, ['--no-warnings', tool, '--print'], { encoding: 'utf8' });

test('docs/coverage.md says what is implemented; if not: node tools/coverage.mjs', () => {
  const page = made();
  assert.match(page, /^\| lambda \| \d+ \| \d+ \|$/m);
  assert.equal(fs.readFileSync(path.join(root, 'docs/coverage.md'), 'utf8'), page);
});
