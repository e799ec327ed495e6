import { allRows, platformFailure } from '../../kernel/index.ts';
import type { Actor } from '../../model/index.ts';
import { type StoredSshKey, sshKeys } from './collections.ts';
import type { PeopleDeps } from './people.ts';
import { fingerprintOf, parseSshPublicKey } from './ssh-public-key.ts';
import { checkUser } from './tokens.ts';

/** Keys of one user. */
export const MOST_SSH_KEYS = 100;

/** Gives a user a key to push with; a key is one user's. Rejects with InvalidRequest, NameTaken, NoSuchThing. */
export async function addSshKey(
  { store, clock, audit }: PeopleDeps,
  user: string,
  text: string,
  actor: Actor,
): Promise<StoredSshKey> {
  const at = clock.now();
  const stored = { ...parseSshPublicKey(text), user, createdAt: at, createdBy: actor.name };
  await store.transact(async (tx) => {
    await checkUser(tx, user);
    if (await tx.get(sshKeys, [stored.fingerprint]))
      throw platformFailure('NameTaken', `the key ${stored.fingerprint} is here already`);
    const { items } = await tx.range(sshKeys, { index: 'user', prefix: [user], limit: MOST_SSH_KEYS });
    if (items.length >= MOST_SSH_KEYS) throw platformFailure('InvalidRequest', `${user} has ${MOST_SSH_KEYS} SSH keys`);
    await tx.put(sshKeys, stored);
    await audit(tx, { actor, action: 'ssh-keys:add', detail: `${stored.fingerprint} of ${user}`, at });
  });
  return stored;
}

export async function removeSshKey({ store, clock, audit }: PeopleDeps, key: StoredSshKey, actor: Actor): Promise<void> {
  await store.transact(async (tx) => {
    if (!(await tx.delete(sshKeys, [key.fingerprint]))) return;
    await audit(tx, { actor, action: 'ssh-keys:remove', detail: `${key.fingerprint} of ${key.user}`, at: clock.now() });
  });
}

/** Who has this key; the caller checks that it is held (RFC 4252 §7). */
export async function findSshActor({ store }: PeopleDeps, blob: Uint8Array): Promise<Actor | undefined> {
  const fingerprint = fingerprintOf(blob);
  const stored = await store.read.get(sshKeys, [fingerprint]);
  return stored && { name: stored.user, kind: 'user', credential: `ssh ${fingerprint}` };
}

export async function listSshKeys({ store }: PeopleDeps, user: string | undefined): Promise<readonly StoredSshKey[]> {
  return allRows(store.read, sshKeys, user === undefined ? {} : { index: 'user', prefix: [user] });
}
