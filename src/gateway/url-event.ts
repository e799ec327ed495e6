import type { FunctionUrl, Principal } from '../model/index.ts';
import type { Exchange } from './exchange.ts';
import { iamAuthorizer, payloadV2 } from './payload-v2.ts';

/** What the event of a function URL is made from, besides the request. */
export interface UrlCall {
  readonly exchange: Exchange;
  readonly url: FunctionUrl;
  /** Path inside the function URL, as sent. */
  readonly path: string;
  readonly body: Buffer;
  readonly traceId: string;
  /** Set for AWS_IAM only. */
  readonly principal?: Principal;
}

/** Payload 2.0 as function URLs send it (spec/event-sources.md §8). */
export function urlEvent({ exchange, url, path, body, traceId, principal }: UrlCall): object {
  return payloadV2({
    exchange,
    apiId: url.id,
    accountId: principal?.account ?? 'anonymous',
    routeKey: '$default',
    stage: '$default',
    path,
    body,
    traceId,
    ...(principal && { authorizer: { iam: iamAuthorizer(principal) } }),
  });
}
