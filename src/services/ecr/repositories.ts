import type { Repository as ShownRepository } from '@aws-sdk/client-ecr';
import type { Reader } from '../../kernel/index.ts';
import type { Place } from '../../model/index.ts';
import { type InRepository, type Repository, repositories } from './collections.ts';
import { noRepository } from './refusals.ts';

/** Where an operation's repository lies: of the account that registryId names, or of the caller's. */
export function placeOf(
  input: { readonly registryId?: string | undefined; readonly repositoryName?: string | undefined },
  { account, region }: Place,
): InRepository {
  return { account: input.registryId ?? account, region, repository: input.repositoryName ?? '' };
}

/** Throws RepositoryNotFoundException. */
export async function foundRepository(from: Reader, at: InRepository): Promise<Repository> {
  const found = await from.get(repositories, [at.account, at.region, at.repository]);
  if (!found) throw noRepository(at);
  return found;
}

export function repositoryArn({ account, region, repository }: InRepository): string {
  return `arn:aws:ecr:${region}:${account}:repository/${repository}`;
}

/** As the operations show it; endpoint: `http://HOST:PORT`, by which its images are pushed and pulled. */
export function shownRepository(repository: Repository, endpoint: string): ShownRepository {
  const { account, region, name, created, mutability, exclusions } = repository;
  return {
    repositoryArn: repositoryArn({ account, region, repository: name }),
    registryId: account,
    repositoryName: name,
    repositoryUri: `${endpoint.replace(/^https?:\/\//, '')}/${name}`,
    createdAt: new Date(created),
    imageTagMutability: mutability,
    ...(exclusions
      ? { imageTagMutabilityExclusionFilters: exclusions.map((filter) => ({ filterType: 'WILDCARD' as const, filter })) }
      : {}),
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: 'AES256' },
  };
}

/** Whether a tag of this repository stays with the image that it was given to. */
export function isImmutable({ mutability, exclusions = [] }: Repository, tag: string): boolean {
  const excluded = exclusions.some((filter) => wildcard(filter).test(tag));
  return mutability.startsWith('IMMUTABLE') !== excluded;
}

/** A filter has at most two wildcards, so that this takes no long time. */
function wildcard(filter: string): RegExp {
  return new RegExp(`^${filter.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
}
