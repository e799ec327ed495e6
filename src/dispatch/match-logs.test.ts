import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { StoredEvent } from '../kernel/index.ts';
import type { LogBatch } from '../model/index.ts';
import { matchLogs } from './match-logs.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const STREAM = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';
const SOURCE = 'arn:aws:logs:us-east-1:000000000000:log-group:g:*';

function told(filter: Partial<LogBatch['filter']>): StoredEvent {
  const logEvents = [{ id: '1', timestamp: 5, message: 'm\n' }];
  const whole = { name: 'n', destination: FUNCTION, distribution: 'ByLogStream' as const, ...filter };
  const body: LogBatch = { owner: '000000000000', logGroup: 'g', logStream: 's', filter: whole, logEvents };
  return { subject: SOURCE, body } as StoredEvent;
}

const message = {
  messageType: 'DATA_MESSAGE',
  owner: '000000000000',
  logGroup: 'g',
  logStream: 's',
  subscriptionFilters: ['n'],
  logEvents: [{ id: '1', timestamp: 5, message: 'm\n' }],
};
const opened = (bytes: Uint8Array) => JSON.parse(gunzipSync(bytes).toString());

test('a function gets the lines compressed, if it lets logs in by either name', async () => {
  const asked: unknown[] = [];
  const mayInvoke = async (arn: string, caller: object) => {
    asked.push([arn, caller]);
    return asked.length === 2;
  };
  const [one, ...none] = await matchLogs({ mayInvoke, mayAct: async () => false })(told({}));
  assert.deepEqual(none, []);
  assert.ok(one?.kind === 'function');
  assert.deepEqual([one.functionArn, one.subscriber], [FUNCTION, `${SOURCE.slice(0, -2)}#n`]);
  assert.equal(await one.permitted(), true);
  const about = { sourceArn: SOURCE, sourceAccount: '000000000000' };
  assert.deepEqual(asked, [
    [FUNCTION, { service: 'logs.us-east-1.amazonaws.com', ...about }],
    [FUNCTION, { service: 'logs.amazonaws.com', ...about }],
  ]);
  assert.deepEqual(opened(Buffer.from(JSON.parse(one.payload(1)).awslogs.data, 'base64')), message);
  const [shut] = await matchLogs({ mayInvoke: async () => false, mayAct: async () => true })(told({}));
  assert.equal(await shut!.permitted(), false);
});

test('a stream gets a record by the stream of the lines, or by chance, as its role may', async () => {
  const asked: unknown[] = [];
  const mayAct = async (...question: [string, string, string, ...unknown[]]) => asked.push(question) > 0;
  const match = matchLogs({ mayInvoke: async () => false, mayAct });
  const [one] = await match(told({ destination: STREAM, role: 'r' }));
  assert.ok(one?.kind === 'put');
  assert.equal(await one.permitted(), true);
  assert.deepEqual(asked, [['r', 'kinesis:PutRecord', STREAM]]);
  const { data, ...item } = one.item(1);
  assert.deepEqual(item, { body: '', caller: { role: 'r' }, partitionKey: 's' });
  assert.deepEqual(opened(data!), message);
  const [random] = await match(told({ destination: STREAM, role: 'r', distribution: 'Random' }));
  assert.ok(random?.kind === 'put');
  assert.equal('partitionKey' in random.item(1), false);
});
