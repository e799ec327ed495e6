import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, refused } from '../../../../test/support/s3-room.ts';
import { fail, type Store } from '../../../kernel/index.ts';
import { findFetched, keepFetched, keepStored } from './fetched.ts';

const blob = { hash: 'a'.repeat(64), size: 1 };
const digest = `sha256:${blob.hash}`;

/** A store that has the row of an hour ago, or none, and takes nothing. */
const deps = (kept: boolean, code: string) => ({
  clock: { now: () => 7_200_000 } as never,
  store: {
    read: { get: async () => (kept ? { account: ACCOUNT, digest, size: 1, used: 3_600_000 } : undefined) },
    transact: () => Promise.reject(fail(code, 'no room')),
  } as unknown as Store,
});

test('a full disk keeps no function from starting whose image is here', async () => {
  assert.equal(await findFetched(deps(true, 'StoreFull'), ACCOUNT, digest), true);
  await keepStored(deps(false, 'StoreFull'), ACCOUNT, blob);
});

test('any other failure is told, and what is fetched anew has to be kept', async () => {
  await refused(findFetched(deps(true, 'StoreFailed'), ACCOUNT, digest), 'StoreFailed');
  await refused(keepStored(deps(false, 'StoreFailed'), ACCOUNT, blob), 'StoreFailed');
  await refused(keepFetched(deps(false, 'StoreFull'), ACCOUNT, blob), 'StoreFull');
  assert.equal(await findFetched(deps(false, 'StoreFull'), ACCOUNT, digest), false);
});
