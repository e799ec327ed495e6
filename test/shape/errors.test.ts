import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { platformErrors } from '../../src/kernel/index.ts';
import { root } from './source.ts';

const page = fs.readFileSync(path.join(root, 'docs/errors.md'), 'utf8');
const documented = new Map(
  [...page.matchAll(/^\| `(\w+)` \| (\d{3}) \| (.+) \|$/gm)].map(([, code, status, text]) => [
    code,
    { status: Number(status), text: text!.split(' · ')[0] },
  ]),
);

test('every code of the catalogue is documented with its status and text, and no other', () => {
  assert.deepEqual(Object.fromEntries(documented), platformErrors);
});
