import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dalamb } from './command.fixture.ts';

const open = { enabled: true, allow: [], deny: [] };
const PATH = '/functions/f/egress';

/** A platform that answers with what it was told, and the requests that it saw. */
async function egress(...args: string[]) {
  const ran = await dalamb(['egress', ...args], { '*': (body: unknown) => body ?? open });
  return { ...ran, sent: ran.sent.map(({ method, path, body }) => [method, path, body]) };
}

test('shows, sets and resets', async () => {
  assert.deepEqual((await egress('f')).sent, [['GET', PATH, undefined]]);
  assert.deepEqual((await egress('f', '--reset')).sent, [['DELETE', PATH, undefined]]);
  assert.deepEqual((await egress('f', '--off')).sent, [['PUT', PATH, { ...open, enabled: false }]]);
  const { sent, out } = await egress(
    'f',
    '--allow',
    'api.example.com:443',
    '--allow',
    '[2001:db8::1]:53',
    '--allow',
    '10.0.0.0/8',
    '--deny',
    '2001:db8::2',
  );
  const allow = [
    { to: 'api.example.com', port: 443 },
    { to: '2001:db8::1', port: 53 },
    { to: '10.0.0.0/8', port: 0 },
  ];
  assert.deepEqual(sent, [['PUT', PATH, { enabled: true, allow, deny: [{ to: '2001:db8::2', port: 0 }] }]]);
  assert.equal(out, 'only api.example.com:443, 2001:db8::1:53, 10.0.0.0/8; never 2001:db8::2\n');
});

test('a rule that cannot be meant is wrong usage', async () => {
  assert.equal((await egress('f', '--allow', 'a:99999')).code, 2);
});
