import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dalamb } from './command.fixture.ts';

test('emit sends a CloudEvent, and says how to follow it', async () => {
  const line = ['emit', 'order.placed', '{"total":5}', '--source', 'shop', '--id', 'i', '--bus', 'mine'];
  const { out, sent } = await dalamb(line, { '*': { events: [{ id: 'E', duplicate: false }] } });
  assert.deepEqual(sent[0]!.body, { specversion: '1.0', id: 'i', source: 'shop', type: 'order.placed', data: { total: 5 } });
  assert.equal(sent[0]!.query.get('bus'), 'mine');
  assert.equal(out, 'accepted as E; follow it with: dalamb trace E\n');
  const again = await dalamb(['emit', 't', '-'], { '*': { events: [{ id: 'E', duplicate: true }] } });
  assert.deepEqual([again.sent[0]!.body.data, again.out], [{ from: 'stdin' }, 'accepted before as E\n']);
  assert.equal((await dalamb(['emit', 't', '{'], {})).code, 2);
});

test('hooks are made, listed and removed', async () => {
  const hook = { name: 'ci', path: '/_dalamb/hooks/x', scheme: 'github', bus: 'default', secret: 's' };
  const made = await dalamb(['hooks', 'create', 'ci', '--scheme', 'github'], { '*': hook });
  assert.deepEqual(made.sent[0]!.body, { name: 'ci', scheme: 'github' });
  assert.equal(made.out, 'http://platform:4566/_dalamb/hooks/x\nsecret, shown this once: s\n');
  assert.match((await dalamb(['hooks'], { '*': { hooks: [hook] } })).out, /ci +github +default +\/_dalamb\/hooks\/x/);
  assert.equal((await dalamb(['hooks', 'remove', 'ci'], { '*': {} })).sent[0]!.method, 'DELETE');
});
