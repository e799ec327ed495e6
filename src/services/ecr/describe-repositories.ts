import type { DescribeRepositoriesRequest, DescribeRepositoriesResponse } from '@aws-sdk/client-ecr';
import type { Operation } from '../../model/index.ts';
import { repositories } from './collections.ts';
import type { EcrDeps } from './deps.ts';
import { afterToken, tokenOf } from './page-token.ts';
import { foundRepository, placeOf, shownRepository } from './repositories.ts';

/** DescribeRepositories, by name: those that are asked for, or all in pages. */
export function describeRepositories({ store }: EcrDeps): Operation<DescribeRepositoriesRequest, DescribeRepositoriesResponse> {
  return async (input, context) => {
    const { repositoryNames, maxResults = 100 } = input;
    const at = placeOf(input, context);
    if (repositoryNames) {
      const found = await Promise.all(repositoryNames.map((repository) => foundRepository(store.read, { ...at, repository })));
      return { repositories: found.map((one) => shownRepository(one, context.endpoint)) };
    }
    const after = afterToken(input.nextToken);
    const page = await store.read.range(repositories, {
      prefix: [at.account, at.region],
      ...(after === undefined ? {} : { after: [after] }),
      limit: maxResults,
    });
    return {
      repositories: page.items.map((one) => shownRepository(one, context.endpoint)),
      ...(page.next ? { nextToken: tokenOf(page.items.at(-1)!.name) } : {}),
    };
  };
}
