import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './fixture.suite.ts';

test('lists $LATEST first, then in the order of numbers, in pages', async (t) => {
  const { create, call, service } = await fixture(t);
  await create({ Publish: true });
  for (let n = 2; n <= 11; n++) {
    await call('UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: n });
    await service.idle();
    await call('PublishVersion', { FunctionName: 'f' });
  }
  for (const MaxItems of [1, 3, 50]) {
    const found: string[] = [];
    for (let Marker: string | undefined, more = true; more; ) {
      const page = await call('ListVersionsByFunction', { FunctionName: 'f', MaxItems, Marker });
      found.push(...page.Versions.map((version: { Version: string }) => version.Version));
      Marker = page.NextMarker;
      more = Marker !== undefined;
    }
    assert.deepEqual(found, ['$LATEST', ...Array.from({ length: 11 }, (_, at) => String(at + 1))]);
  }
  await assert.rejects(call('ListVersionsByFunction', { FunctionName: 'g' }), { code: 'ResourceNotFoundException' });
});
