import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './run.ts';

async function egress(...args: string[]) {
  const sent: { method: string; path: string; body?: unknown }[] = [];
  let [out, err] = ['', ''];
  const fetching = (async (url: string, init: RequestInit) => {
    const body = init.body === undefined || init.body === null ? undefined : JSON.parse(String(init.body));
    sent.push({ method: init.method!, path: new URL(url).pathname, ...(body ? { body } : {}) });
    return new Response(JSON.stringify(body ?? { enabled: true, allow: [], deny: [] }));
  }) as typeof fetch;
  const io = {
    out: (text: string) => {
      out += text;
    },
    error: (text: string) => {
      err += text;
    },
    stdin: async () => Buffer.alloc(0),
    fetch: fetching,
    now: () => 0,
    signal: AbortSignal.timeout(5000),
  };
  const code = await run(['egress', ...args], { io, version: '0', defaults: { url: 'http://p' } });
  return { code, out, err, sent };
}

test('shows, sets and resets', async () => {
  const path = '/_dalamb/api/v1/functions/f/egress';
  assert.deepEqual((await egress('f')).sent, [{ method: 'GET', path }]);
  assert.deepEqual((await egress('f', '--reset')).sent, [{ method: 'DELETE', path }]);
  assert.deepEqual((await egress('f', '--off')).sent, [{ method: 'PUT', path, body: { enabled: false, allow: [], deny: [] } }]);
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
  assert.deepEqual(sent, [{ method: 'PUT', path, body: { enabled: true, allow, deny: [{ to: '2001:db8::2', port: 0 }] } }]);
  assert.equal(out, 'only api.example.com:443, 2001:db8::1:53, 10.0.0.0/8; never 2001:db8::2\n');
});

test('a rule that cannot be meant is wrong usage', async () => {
  assert.equal((await egress('f', '--allow', 'a:99999')).code, 2);
});
