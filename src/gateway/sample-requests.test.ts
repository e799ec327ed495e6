import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleEvent } from '../model/index.ts';
import type { Exchange } from './exchange.ts';
import type { ApiCall } from './http-api-call.ts';
import { eventOf } from './http-api-call.ts';
import { payloadV1 } from './payload-v1.ts';
import { payloadV2 } from './payload-v2.ts';

const facts = { account: '000000000000', region: 'us-east-1', now: 1_767_323_045_678 };

/** GET /?name=world, as the door sees it. */
function callLike(sample: {
  readonly headers: Record<string, string>;
  readonly requestContext: { readonly apiId: string };
}): ApiCall {
  const { host, accept, 'user-agent': agent } = sample.headers as { host: string; accept: string; 'user-agent': string };
  const headers = { accept, host, 'user-agent': agent };
  const headersDistinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const req = { httpVersion: '1.1', headersDistinct, socket: { localPort: 4566 } };
  const request = { method: 'GET', url: '/?name=world', path: '/', headers, req, sourceIp: '127.0.0.1' };
  const exchange = { ...request, now: facts.now, requestId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' } as unknown as Exchange;
  return {
    exchange,
    api: { id: sample.requestContext.apiId, account: facts.account },
    stage: { name: '$default', variables: {} },
    route: { key: '$default' },
    parameters: {},
    path: '/',
    traceId: sample.headers['x-amzn-trace-id'],
    caller: { kind: 'none' },
  } as unknown as ApiCall;
}

test('the samples of HTTP requests are what the door makes of one', () => {
  // biome-ignore lint/suspicious/noExplicitAny: whatever a sample has
  const [v1, v2]: any[] = ['http-v1', 'http'].map((source) => sampleEvent(source, facts));
  assert.deepEqual(v2, payloadV2({ ...eventOf(callLike(v2)), body: Buffer.alloc(0) }));
  assert.deepEqual(v1, payloadV1(callLike(v1), Buffer.alloc(0)));
});
