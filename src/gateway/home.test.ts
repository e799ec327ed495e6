import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, claims, openStage, type Stage } from './gateway.fixture.ts';

let stage: Stage;
let home: string | undefined;
before(async () => {
  stage = await openStage({ home: () => home });
});
after(() => stage.close());

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' };

test('a browser at the bare address is sent to the sample, or told what this is', async () => {
  home = 'http://127.0.0.1:1/_dalamb/url/abc/';
  const sent = await ask(stage.port, { headers: browser });
  assert.deepEqual([sent.status, sent.headers.location], [302, home]);
  home = undefined;
  const told = await ask(stage.port, { headers: browser });
  assert.deepEqual([told.status, told.headers['content-type']], [200, 'text/plain; charset=utf-8']);
  assert.match(told.text, /README/);
  assert.equal(stage.calls.length, 0);
});

test('programs, signed calls, buckets and foreign hosts are not sent anywhere', async () => {
  home = 'http://127.0.0.1:1/';
  assert.match((await ask(stage.port)).text, /ListAllMyBucketsResult/);
  assert.equal((await ask(stage.port, { headers: { accept: 'text/html', ...claims('test', 's3') } })).status, 200);
  assert.equal((await ask(stage.port, { headers: { ...browser, host: 'b.s3.localhost' } })).status, 501);
  assert.equal((await ask(stage.port, { path: '/b/k', headers: { accept: 'text/html' } })).status, 200);
  assert.equal((await ask(stage.port, { headers: { ...browser, host: 'evil.example' } })).status, 421);
});
