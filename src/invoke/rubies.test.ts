import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { findRuntimes } from './catalogue.ts';

test('Rubies are those that say so, in further folders first; what AWS has not is not offered', async (t) => {
  const base = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-'));
  t.after(() => fs.rm(base, { recursive: true }));
  const program = async (name: string, says: string) => {
    await fs.mkdir(path.dirname(path.join(base, name)), { recursive: true });
    await fs.writeFile(path.join(base, name), `#!/bin/sh\n${says}\n`, { mode: 0o755 });
  };
  await program('own/bin/ruby', 'echo "ruby 3.3.8 (2025-04-09 revision b200bad6cd) [x86_64-linux]"');
  await program('own/bin/rubyish', 'echo "ruby 3.2.1"');
  await program('usual/ruby3.1', 'echo "ruby 3.1.2p20"');
  await program('usual/ruby3.3', 'echo "ruby 3.3.1"');
  await program('usual/ruby3.4', 'exit 1');
  const places = { installation: base, pythonFolders: [], rubyFolders: [path.join(base, 'usual')] };
  const { entries, missing } = await findRuntimes({ ...places, folders: [path.join(base, 'own')] });
  assert.deepEqual(
    [...entries.keys()].filter((name) => name.startsWith('ruby')),
    ['ruby3.3'],
  );
  const { version, mounts, argv } = entries.get('ruby3.3')!;
  assert.equal(version, 'ruby:3.3.v8');
  assert.deepEqual(mounts[0], { source: path.join(base, 'own'), target: '/var/lang' });
  assert.equal(argv?.({ path: (at: string) => at } as never, 128)[0], '/var/lang/bin/ruby', 'below /tmp');
  const absent = missing.filter(({ name }) => name.startsWith('ruby'));
  assert.deepEqual(
    absent.map(({ name }) => name),
    ['ruby3.2', 'ruby3.4'],
  );
  assert.match(absent.at(-1)!.reason, /no Ruby 3\.4 in .*\[runtimes\] folders: install it/);
  assert.equal((await findRuntimes(places)).entries.get('ruby3.3')!.version, 'ruby:3.3.v1');
});
