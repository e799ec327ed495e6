import { type Collection, collection, type StoreSchema } from '../../kernel/index.ts';
import type { Environment } from '../../model/index.ts';

/** An environment that was destroyed keeps its row without a name, so that nobody is ever given its account again. */
export interface StoredEnvironment extends Omit<Environment, 'name'> {
  readonly name?: string;
  /** Epoch ms. */
  readonly endedAt?: number;
}

export const environments: Collection<StoredEnvironment> = collection<StoredEnvironment>({
  name: 'paas.environments',
  key: ['account'],
  indexes: [{ name: 'name', fields: ['name'] }],
});

export const environmentSchema: StoreSchema = { collections: [environments] as never, topics: [] };
