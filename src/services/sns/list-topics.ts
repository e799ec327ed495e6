import type { ListTopicsCommandInput, ListTopicsCommandOutput } from '@aws-sdk/client-sns';
import type { Operation } from '../../model/index.ts';
import { topics } from './collections.ts';
import type { SnsDeps } from './deps.ts';
import { PAGE, placeOf, tokenOf } from './page-tokens.ts';

/** ListTopics of the account in the region, 100 a page. */
export function listTopics(
  deps: SnsDeps,
): Operation<ListTopicsCommandInput, Pick<ListTopicsCommandOutput, 'Topics' | 'NextToken'>> {
  return async ({ NextToken }, { account, region }) => {
    const page = await deps.store.read.range(topics, { prefix: [account, region], limit: PAGE, ...placeOf(NextToken, 1) });
    return { Topics: page.items.map(({ arn }) => ({ TopicArn: arn })), ...tokenOf(page.next) };
  };
}
