import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dalamb } from './command.fixture.ts';

const books = { accepted: 9, filtered: 1, delivered: 5, failed: 2, expired: 0, 'dead-lettered': 1 };
const mapping = { uuid: 'U', sourceArn: 'arn:q', functionArn: 'arn:f', state: 'Enabled', books };

test('mappings are listed with their books', async () => {
  const { out } = await dalamb(['mappings'], { 'GET /mappings': { mappings: [mapping] } });
  assert.match(out, /U +arn:q +arn:f +Enabled +9 +1 +5 +2 +0 +1/);
  assert.match((await dalamb(['mappings'], { 'GET /mappings': { mappings: [] } })).out, /dalamb on sqs:QUEUE run FUNCTION/);
});

test('a blocked lane is shown, tried again, or skipped', async () => {
  const blocked = [{ shardId: 'S', slice: 0, attempts: 7, error: 'no', records: [{ sequenceNumber: '42' }] }];
  const { out } = await dalamb(['mappings', 'U'], { 'GET /mappings/U': { ...mapping, blocked } });
  assert.match(out, /blocked: S slice 0 at 42, 7 attempts: no\nnext: dalamb mappings U --retry/);
  const lanes = [{ shardId: 'S', slice: 0, attempts: 7, error: 'no' }];
  const list = await dalamb(['mappings'], { 'GET /mappings': { mappings: [{ ...mapping, blocked: lanes }] } });
  assert.match(list.out, /\nU blocked: S slice 0, 7 attempts: no\nnext: dalamb mappings UUID\n$/);
  const unread = { ...mapping, blocked: [{ ...lanes[0], attempts: 0, records: [] }] };
  assert.match((await dalamb(['mappings', 'U'], { 'GET /mappings/U': unread })).out, /blocked: S slice 0, 0 attempts: no\n/);
  const tried = await dalamb(['mappings', 'U', '--retry'], { 'POST /mappings/U/retry': { lanes: 1 } });
  assert.equal(tried.out, 'trying 1 lane again\n');
  const line = ['mappings', 'U', '--skip', '--to', 'arn:dead', '--shard', 'S', '--slice', '0'];
  const skipped = await dalamb(line, { 'POST /mappings/U/skip': { skipped: '42' } });
  assert.deepEqual(skipped.sent[0]!.body, { shardId: 'S', slice: 0, to: 'arn:dead' });
  assert.equal(skipped.out, 'skipped 42, kept in arn:dead\n');
});

test('on links a function to a source', async () => {
  const line = ['on', 'order.*', 'run', 'notify', '--where', '{"total":[1]}'];
  const { out, sent } = await dalamb(line, { 'POST /event-sources': { made: 'rule R', url: 'http://api' } });
  assert.deepEqual(sent[0]!.body, { source: 'order.*', function: 'notify', where: { total: [1] } });
  assert.equal(out, 'order.* runs notify: rule R\nhttp://api\n');
  for (const wrong of [
    ['on', 'order.*', 'runs', 'notify'],
    ['on', 'order.*', 'run', 'notify', '--where', '{'],
  ])
    assert.equal((await dalamb(wrong, {})).code, 2);
});
