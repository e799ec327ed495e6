import type { CreateRepositoryRequest, CreateRepositoryResponse } from '@aws-sdk/client-ecr';
import type { Transaction } from '../../kernel/index.ts';
import type { Operation } from '../../model/index.ts';
import { type Repository, repositories } from './collections.ts';
import type { EcrDeps } from './deps.ts';
import { readMutability } from './mutability.ts';
import { limitExceeded, notImplemented, repositoryExists } from './refusals.ts';
import { placeOf, shownRepository } from './repositories.ts';
import { checkedTags } from './tags.ts';

const MOST_REPOSITORIES = 10_000;

/** CreateRepository. Contents lie encrypted or not as the disk does: KMS keys and scans are refused by name. */
export function createRepository({ store }: EcrDeps): Operation<CreateRepositoryRequest, CreateRepositoryResponse> {
  return async (input, context) => {
    const { imageScanningConfiguration, encryptionConfiguration } = input;
    if (imageScanningConfiguration?.scanOnPush) throw notImplemented('imageScanningConfiguration.scanOnPush');
    if (encryptionConfiguration && encryptionConfiguration.encryptionType !== 'AES256')
      throw notImplemented(`encryptionConfiguration.encryptionType ${encryptionConfiguration.encryptionType}`);
    const { account, region, repository: name } = placeOf(input, context);
    const tags = checkedTags(input.tags ?? []);
    const repository: Repository = {
      account,
      region,
      name,
      created: context.now,
      ...readMutability(input),
      ...(tags.length === 0 ? {} : { tags }),
    };
    await store.transact(async (tx) => {
      if (await tx.get(repositories, [account, region, name])) throw repositoryExists({ account, repository: name });
      await addRepository(tx, repository);
    });
    return { repository: shownRepository(repository, context.endpoint) };
  };
}

/** Throws LimitExceededException. */
export async function addRepository(tx: Transaction, repository: Repository): Promise<void> {
  if ((await tx.count(repositories, [repository.account, repository.region])) >= MOST_REPOSITORIES)
    throw limitExceeded(`a registry has at most ${MOST_REPOSITORIES} repositories`);
  await tx.put(repositories, repository);
}
