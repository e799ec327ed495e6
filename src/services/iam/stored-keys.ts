import { fail, type Store } from '../../kernel/index.ts';
import { type FindStoredKey, rootArn } from '../../model/index.ts';
import { type AccessKey, accessKeys } from './collections.ts';
import type { IamDeps } from './identities.ts';

const purpose = (id: string) => `iam.access-key:${id}`;

export interface IssuedKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account: string;
  /** Epoch ms. */
  readonly created: number;
}

/** AWS allows two; here more people share one account. */
const LIMIT = 100;

/** Makes a key of the account itself (`dalamb keys create`); its secret is shown only here. Rejects with LimitExceeded above 100. */
export async function issueAccessKey(deps: IamDeps, account: string): Promise<IssuedKey> {
  const id = `AKIA${deps.ids.base32(16)}`;
  const secret = Buffer.from(deps.ids.hex(30), 'hex').toString('base64');
  const created = deps.clock.now();
  await deps.store.transact(async (tx) => {
    if ((await keysOf(tx, account)).length >= LIMIT) {
      throw fail('LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${LIMIT}`, { status: 409 });
    }
    await tx.put(accessKeys, { id, account, active: true, created, sealed: deps.box.seal(secret, purpose(id)) });
  });
  return { accessKeyId: id, secretAccessKey: secret, account, created };
}

/** The keys of an account, their secrets sealed. */
export async function keysOf(read: Store['read'], account: string): Promise<readonly AccessKey[]> {
  return (await read.range(accessKeys, { index: 'account', prefix: [account], limit: LIMIT })).items;
}

/** Ends a key; false when the account has no such key. */
export async function revokeAccessKey(store: Store, account: string, id: string): Promise<boolean> {
  return await store.transact(async (tx) => {
    const key = await tx.get(accessKeys, [id]);
    return key?.account === account && (await tx.delete(accessKeys, [id]));
  });
}

/** Finds a stored key and opens its secret; undefined for unknown and inactive ones. */
export function createFindStoredKey(deps: IamDeps): FindStoredKey {
  const opened = new Map<string, { readonly secret: string; readonly sealed: string }>();
  return async (id) => {
    const key = await deps.store.read.get(accessKeys, [id]);
    if (!key?.active) return undefined;
    const known = opened.get(id);
    const secret = known?.sealed === key.sealed ? known.secret : deps.box.open(key.sealed, purpose(id));
    if (secret === undefined) return undefined;
    if (opened.size >= 1000) opened.clear();
    opened.set(id, { secret, sealed: key.sealed });
    const { account } = key;
    return { secret, principal: { account, arn: rootArn(account), userId: account, accessKeyId: id, kind: 'root' } };
  };
}
