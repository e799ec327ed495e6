import { allRows, type Reader, type Store } from '../../kernel/index.ts';
import type { Environment, FindEnvironment } from '../../model/index.ts';
import { environments, type StoredEnvironment } from './collections.ts';

/** There from the start, without a row; `default` for ever, `welcome` until it is renamed or destroyed (DESIGN §6). */
export const given: readonly Environment[] = [
  { name: 'default', account: '000000000000', kind: 'named', createdAt: 0 },
  { name: 'welcome', account: '111111111111', kind: 'named', createdAt: 0 },
];

export const isAccount = (text: string): boolean => /^\d{12}$/.test(text);

export function createFindEnvironment({ store }: { readonly store: Store }): FindEnvironment {
  return (nameOrAccount) => (isAccount(nameOrAccount) ? ofAccount(store.read, nameOrAccount) : named(store.read, nameOrAccount));
}

/** Every account is an environment; one that has no name is called by its digits. */
async function ofAccount(read: Reader, account: string): Promise<Environment> {
  const stored = await read.get(environments, [account]);
  if (stored) return shown(stored);
  return given.find((one) => one.account === account) ?? { name: account, account, kind: 'named', createdAt: 0 };
}

/** The one of that name; undefined: the name is free. */
export async function named(read: Reader, name: string): Promise<Environment | undefined> {
  const { items } = await read.range(environments, { index: 'name', prefix: [name], limit: 1 });
  if (items[0]) return shown(items[0]);
  const known = given.find((one) => one.name === name);
  return known && (await read.get(environments, [known.account])) ? undefined : known;
}

function shown({ name, account, kind, createdAt, review }: StoredEnvironment): Environment {
  return { name: name ?? account, account, kind, createdAt, ...(review && { review }) };
}

/** All that have a name, by it. */
export async function listNamed(read: Reader): Promise<readonly Environment[]> {
  const items = await allRows(read, environments, { index: 'name' });
  const untouched = await Promise.all(given.map(async (one) => ((await read.get(environments, [one.account])) ? [] : [one])));
  return [...untouched.flat(), ...items.map(shown)].sort((a, b) => (a.name < b.name ? -1 : 1));
}
