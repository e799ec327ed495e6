import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './index.ts';

async function dalamb(line: string[], answer: unknown) {
  const sent: { method: string; url: URL; body: Record<string, unknown> | undefined }[] = [];
  let [out, err] = ['', ''];
  const fetched = (async (url: string, { method, body }: RequestInit) => {
    sent.push({ method: method!, url: new URL(url), body: body ? JSON.parse(String(body)) : undefined });
    return Response.json(answer);
  }) as typeof fetch;
  const code = await run(line, {
    version: '1',
    defaults: { url: 'http://platform:4566' },
    io: {
      out: (text) => (out += text),
      error: (text) => (err += text),
      stdin: async () => Buffer.from('{"from":"stdin"}'),
      fetch: fetched,
      now: () => 0,
      signal: AbortSignal.timeout(5000),
    },
  });
  return { code, out, err, sent };
}

test('emit sends a CloudEvent, and says how to follow it', async () => {
  const line = ['emit', 'order.placed', '{"total":5}', '--source', 'shop', '--id', 'i', '--bus', 'mine'];
  const { out, sent } = await dalamb(line, { events: [{ id: 'E', duplicate: false }] });
  assert.deepEqual(sent[0]!.body, { specversion: '1.0', id: 'i', source: 'shop', type: 'order.placed', data: { total: 5 } });
  assert.equal(sent[0]!.url.searchParams.get('bus'), 'mine');
  assert.equal(out, 'accepted as E; follow it with: dalamb trace E\n');
  const again = await dalamb(['emit', 't', '-'], { events: [{ id: 'E', duplicate: true }] });
  assert.deepEqual([again.sent[0]!.body!.data, again.out], [{ from: 'stdin' }, 'accepted before as E\n']);
  assert.equal((await dalamb(['emit', 't', '{'], {})).code, 2);
});

test('hooks are made, listed and removed', async () => {
  const hook = { name: 'ci', path: '/_dalamb/hooks/x', scheme: 'github', bus: 'default', secret: 's' };
  const made = await dalamb(['hooks', 'create', 'ci', '--scheme', 'github'], hook);
  assert.deepEqual(made.sent[0]!.body, { name: 'ci', scheme: 'github' });
  assert.equal(made.out, 'http://platform:4566/_dalamb/hooks/x\nsecret, shown this once: s\n');
  assert.match((await dalamb(['hooks'], { hooks: [hook] })).out, /ci +github +default +\/_dalamb\/hooks\/x/);
  assert.equal((await dalamb(['hooks', 'remove', 'ci'], {})).sent[0]!.method, 'DELETE');
});
