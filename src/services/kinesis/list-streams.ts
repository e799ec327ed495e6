import type { ListStreamsInput, ListStreamsOutput } from '@aws-sdk/client-kinesis';
import type { Operation } from '../../model/index.ts';
import { streams } from './collections.ts';
import type { KinesisDeps } from './deps.ts';
import { describeBriefly } from './descriptions.ts';
import { pageToken, readToken } from './page-tokens.ts';

/** ListStreams: by name, 100 at a time unless Limit says otherwise. */
export function listStreams(deps: KinesisDeps): Operation<ListStreamsInput, ListStreamsOutput> {
  return async (input, { account, region, now }) => {
    const token = input.NextToken === undefined ? undefined : readToken(input.NextToken, 1, now)[0];
    const after = token ?? input.ExclusiveStartStreamName;
    const limit = Math.min(input.Limit ?? 100, 1000);
    const range = { prefix: [account, region], limit, ...(after === undefined ? {} : { after: [after] }) };
    const { items, next } = await deps.store.read.range(streams, range);
    return {
      StreamNames: items.map(({ name }) => name),
      HasMoreStreams: next !== undefined,
      ...(next === undefined ? {} : { NextToken: pageToken([items.at(-1)!.name], now) }),
      StreamSummaries: items.map(describeBriefly),
    };
  };
}
