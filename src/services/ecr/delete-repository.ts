import type { DeleteRepositoryRequest, DeleteRepositoryResponse } from '@aws-sdk/client-ecr';
import type { Transaction } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { type InRepository, images, layers, repositories, uploads } from './collections.ts';
import type { EcrDeps } from './deps.ts';
import { removeImage } from './images.ts';
import { dropLayer } from './layers.ts';
import { repositoryNotEmpty } from './refusals.ts';
import { foundRepository, placeOf, shownRepository } from './repositories.ts';
import { removeUpload } from './uploads.ts';

/** What goes in one transaction. */
const AT_A_TIME = 20;
const MOST_ROUNDS = 10_000;

/** DeleteRepository: with force its images go first, some at a time. */
export function deleteRepository({ store }: EcrDeps): Operation<DeleteRepositoryRequest, DeleteRepositoryResponse> {
  return async (input, context) => {
    const at = placeOf(input, context);
    const key = [at.account, at.region, at.repository];
    const repository = await foundRepository(store.read, at);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const gone = await store.transact(async (tx) => {
        await foundRepository(tx, at);
        const { items } = await tx.range(images, { prefix: key, limit: 1 });
        if (items.length > 0 && !input.force) throw repositoryNotEmpty(at);
        if (await empty(tx, at, context.now)) return tx.delete(repositories, key);
        return false;
      });
      if (gone) return { repository: shownRepository(repository, context.endpoint) };
    }
    throw repositoryNotEmpty(at);
  };
}

/** True when nothing was left to remove. */
async function empty(tx: Transaction, at: InRepository, now: number): Promise<boolean> {
  const prefix = [at.account, at.region, at.repository];
  const some = { prefix, limit: AT_A_TIME };
  const found = { images: await tx.range(images, some), uploads: await tx.range(uploads, some) };
  for (const image of found.images.items) await removeImage(tx, (await tx.get(images, [...prefix, image.digest]))!, now);
  for (const upload of found.uploads.items) await removeUpload(tx, upload);
  const unused = await tx.range(layers, { prefix, limit: 10 * AT_A_TIME });
  if (found.images.items.length > 0) return false;
  for (const layer of unused.items) await dropLayer(tx, layer);
  return found.uploads.items.length === 0 && unused.items.length === 0;
}
