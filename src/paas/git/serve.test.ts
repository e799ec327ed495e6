import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { localActor } from '../../model/index.ts';
import { createDoor, type DoorDeps } from './serve.ts';

/** A git whose children go on until they are killed. */
function endless() {
  const ended = Promise.withResolvers<{ code: null; said: string }>();
  const kill = () => ended.resolve({ code: null, said: '' });
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  return { stdin, stdout, stderr, pairs: [], ended: ended.promise, kill };
}

function door() {
  const deps = {
    git: endless,
    findApp: async (name: string) => ({
      name,
      home: '000000000000',
      region: 'us-east-1',
      branch: 'main',
      createdAt: 1,
      createdBy: 'ann',
    }),
    requireRole: async () => {},
    repositories: { ensure: async () => '', path: (app: string) => `/${app}.git` },
  };
  return createDoor(deps as unknown as DoorDeps);
}

test('who come at once are counted as those who come one by one', async () => {
  const { open, close } = door();
  const fetch = () => open('git-upload-pack', { name: 'shop', actor: localActor, args: [], protocol: undefined });
  const all = await Promise.allSettled(Array.from({ length: 40 }, fetch));
  assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 16);
  await close(AbortSignal.abort());
});

test('those who fetch from one application hold up nobody else', async () => {
  const { open, end, close } = door();
  const fetch = (name: string) => open('git-upload-pack', { name, actor: localActor, args: [], protocol: undefined });
  for (let i = 0; i < 16; i++) await fetch('shop');
  await assert.rejects(fetch('shop'), { code: 'GitBusy' });
  await fetch('blog');
  await end('shop');
  await fetch('shop');
  for (const name of ['a', 'b', 'c']) for (let i = 0; i < 16; i++) await fetch(name).catch(() => {});
  await assert.rejects(
    (async () => {
      for (let i = 0; i < 16; i++) await fetch('d');
    })(),
    { code: 'GitBusy' },
  );
  await close(AbortSignal.abort());
});
