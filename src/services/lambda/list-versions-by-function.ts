import type { ListVersionsByFunctionRequest, ListVersionsByFunctionResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '../../model/index.ts';
import { versions } from './collections.ts';
import { listedConfiguration } from './configuration.ts';
import type { Lambda } from './deps.ts';
import { findFunction, ownRef } from './lookup.ts';
import { readMarker, writeMarker } from './paging.ts';

const CAP = 50;

/** ListVersionsByFunction: `$LATEST` first, then ascending, 50 a page (spec/lambda-api.md §5). The marker is the last number shown. */
export function listVersionsByFunction(lambda: Lambda): Operation<ListVersionsByFunctionRequest, ListVersionsByFunctionResponse> {
  return async (input, context) => {
    const ref = { ...ownRef(context, 'ListVersionsByFunction', input.FunctionName), qualifier: undefined };
    const fn = await findFunction(lambda.store.read, ref);
    const after = readMarker(input.Marker, 1);
    const limit = Math.min(input.MaxItems ?? CAP, CAP);
    const Versions = after
      ? []
      : [listedConfiguration(lambda, { fn, edition: fn.latest, version: '$LATEST', qualifier: '$LATEST' })];
    const prefix = [ref.account, ref.region, ref.name];
    if (limit === Versions.length) return { Versions, NextMarker: fn.counter > 0 ? writeMarker([0]) : undefined };
    const page = await lambda.store.read.range(versions, { prefix, after: after ?? [0], limit: limit - Versions.length });
    for (const { version, edition } of page.items)
      Versions.push(listedConfiguration(lambda, { fn, edition, version: String(version), qualifier: String(version) }));
    return { Versions, NextMarker: page.next && writeMarker([page.items.at(-1)!.version]) };
  };
}
