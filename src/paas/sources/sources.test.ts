import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperateAt } from '../../model/index.ts';
import { createSources } from './sources.ts';

const PLACE = { account: '000000000000', region: 'us-east-1' };
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}:live`;

interface Notification {
  readonly Id: string;
  readonly LambdaFunctionArn: string;
}

/** A bucket and HTTP APIs whose operations take their time: what was read is old when it is written. */
function world() {
  let notifications: Notification[] = [];
  const apis: object[] = [];
  const operations: Record<string, (input: never) => unknown> = {
    GetBucketNotificationConfiguration: () => ({ LambdaFunctionConfigurations: notifications }),
    PutBucketNotificationConfiguration: (input: {
      NotificationConfiguration: { LambdaFunctionConfigurations: Notification[] };
    }) => {
      notifications = input.NotificationConfiguration.LambdaFunctionConfigurations;
    },
    GetApis: () => ({ Items: [...apis] }),
    CreateApi: ({ Name }: { Name: string }) => {
      const api = { Name, ApiId: `api${apis.length}`, ApiEndpoint: `http://api${apis.length}.execute-api.us-east-1.localhost` };
      apis.push(api);
      return api;
    },
    GetIntegrations: () => ({ Items: [] }),
    CreateIntegration: () => ({ IntegrationId: 'i' }),
    GetRoutes: () => ({ Items: [] }),
  };
  const later = () => new Promise((resolve) => setImmediate(resolve));
  const operateAt = (() => async (_service: string, name: string, input: never) => {
    await later();
    const answer = operations[name]?.(input) ?? {};
    await later();
    return answer;
  }) as unknown as OperateAt;
  return { ...createSources(operateAt, () => 'http://127.0.0.1:4566'), apis, notifications: () => notifications };
}

test('sources of several applications that share a bucket are all kept, when they come at once and when they go', async () => {
  const { placeSource, removeSource, notifications } = world();
  const all = ['a', 'b', 'c', 'd'];
  const source = { source: 's3:photos/in*' };
  await Promise.all(all.map((name) => placeSource(PLACE, arnOf(name), source)));
  const functions = () => notifications().map(({ LambdaFunctionArn }) => LambdaFunctionArn);
  assert.deepEqual(functions(), all.map(arnOf));
  await Promise.all([
    ...['a', 'c'].map((name) => removeSource(PLACE, arnOf(name), source)),
    placeSource(PLACE, arnOf('e'), source),
  ]);
  assert.deepEqual(functions(), ['b', 'd', 'e'].map(arnOf));
});

test('the first routes of an environment make one API, though they come at once', async () => {
  const { placeSource, apis } = world();
  const made = await Promise.all(['a', 'b'].map((name) => placeSource(PLACE, arnOf(name), { source: `http:GET /${name}` })));
  assert.equal(apis.length, 1);
  assert.deepEqual(new Set(made.map(({ url }) => url)).size, 1);
});
