import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { dalamb } from './command.fixture.ts';

let directory: string;
before(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-cli-images-'));
});
after(() => fs.rmSync(directory, { recursive: true, force: true }));

test('images push sends the file as it is', async () => {
  const archive = path.join(directory, 'img.tar');
  fs.writeFileSync(archive, 'the archive');
  const { code, out, sent } = await dalamb(['images', 'push', archive, 'team/app:1'], {
    'PUT /images/team%2Fapp': { uri: 'platform:4566/team/app:1', digest: 'sha256:00', bytes: 5 },
  });
  assert.deepEqual([code, out], [0, 'platform:4566/team/app:1\nsha256:00\n']);
  assert.equal(await sent[0]!.body.text(), 'the archive');
  assert.equal(sent[0]!.query.get('tag'), '1');
});

test('a file that is not there, and names that are none', async () => {
  const { code, err } = await dalamb(['images', 'push', path.join(directory, 'none.tar'), 'app']);
  assert.equal(code, 1);
  assert.match(err, /none\.tar cannot be read/);
  assert.equal((await dalamb(['images', 'push', 'x', '../x'])).code, 2);
});
