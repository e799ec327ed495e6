import type { ListSubscriptionsCommandInput, ListSubscriptionsCommandOutput } from '@aws-sdk/client-sns';
import { type Operation, topicSubscriptions } from '../../model/index.ts';
import type { SnsDeps } from './deps.ts';
import { PAGE, placeOf, tokenOf } from './page-tokens.ts';
import { listed } from './subscription-list.ts';

/** ListSubscriptions that the account made in the region, 100 a page. */
export function listSubscriptions(
  deps: SnsDeps,
): Operation<ListSubscriptionsCommandInput, Pick<ListSubscriptionsCommandOutput, 'Subscriptions' | 'NextToken'>> {
  return async ({ NextToken }, { account, region }) => {
    const place = { index: 'by-owner', prefix: [account, region], ...placeOf(NextToken, 2) };
    const page = await deps.store.read.range(topicSubscriptions, { ...place, limit: PAGE });
    return { Subscriptions: page.items.map(listed), ...tokenOf(page.next) };
  };
}
