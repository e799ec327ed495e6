import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../kernel/index.ts';
import { askRoute } from '../../model/control-route.fixture.ts';
import { openEgress } from '../../model/index.ts';
import { fixture } from './fixture.suite.ts';

test('a policy is set, shown, kept by published versions, and taken back', async (t) => {
  const f = await fixture(t);
  await f.create();
  const place = { account: '000000000000', region: 'us-east-1' };
  const ask = (method: string, body?: unknown, name = 'f') =>
    askRoute(f.service.routes.find((route) => route.method === method)!, { params: { name }, body, place });
  assert.deepEqual(await ask('GET'), openEgress);
  const policy = { enabled: true, allow: [{ to: 'api.example.com', port: 443 }], deny: [] };
  assert.deepEqual(await ask('PUT', policy), policy);
  await f.service.idle();
  assert.deepEqual((await f.service.resolveFunction(place, 'f')).egress, policy);
  assert.deepEqual(await ask('DELETE'), openEgress);
  await f.service.idle();
  assert.deepEqual((await f.service.resolveFunction(place, 'f')).egress, openEgress);
  await assert.rejects(ask('PUT', { allow: 'all' }), (error) => isFailure(error, 'InvalidRequest'));
  for (const other of ['111111111111:function:f', 'arn:aws:lambda:us-east-1:111111111111:function:f'])
    for (const method of ['GET', 'PUT', 'DELETE'])
      await assert.rejects(ask(method, method === 'PUT' ? openEgress : undefined, other), (error) =>
        isFailure(error, 'NoSuchThing'),
      );
});
