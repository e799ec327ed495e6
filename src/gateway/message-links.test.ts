import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { OperationContext } from '../model/index.ts';
import { ask, openStage, type Stage } from './gateway.fixture.ts';

let stage: Stage;
const calls: string[] = [];
const operation =
  (name: string) =>
  async (_: never, { principal }: OperationContext) => {
    calls.push(`${name} by ${principal.kind}`);
    return {};
  };
const names = ['ConfirmSubscription', 'Unsubscribe', 'ListTopics'];
const sns = { operations: Object.fromEntries(names.map((name) => [name, operation(name)])), access: () => [] };
before(async () => {
  stage = await openStage({ services: { sns }, auth: { mode: 'strict' } });
});
after(() => stage.close());

const open = async (query: string, headers: Record<string, string> = {}, method = 'GET') => {
  const { status } = await ask(stage.port, { method, path: `/?${query}`, headers });
  return [status, calls.splice(0)];
};
const confirm = 'Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-east-1:000000000000:t&Token=x';
const end = 'Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:000000000000:t:x';

test('links of messages open without a signature, in every mode, as nobody', async () => {
  assert.deepEqual(await open(confirm), [200, ['ConfirmSubscription by anonymous']]);
  assert.deepEqual(await open(end), [200, ['Unsubscribe by anonymous']]);
  assert.deepEqual(await open(`${end}&Version=2010-03-31`), [200, ['Unsubscribe by anonymous']]);
});

test('nothing else does', async () => {
  assert.deepEqual(await open('Action=ListTopics&Version=2010-03-31'), [403, []]);
  assert.deepEqual(await open(`${end}&Version=2010-03-31`, {}, 'POST'), [403, []]);
  assert.deepEqual((await open('Action=ListTopics'))[1], []);
});

test('whoever follows one from elsewhere is let in, pages that load one are not', async () => {
  const elsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  assert.deepEqual(await open(end, elsewhere), [200, ['Unsubscribe by anonymous']]);
  assert.deepEqual(await open(end, { ...elsewhere, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }), [403, []]);
  assert.deepEqual(await open(end, { origin: 'null' }), [403, []]);
});
