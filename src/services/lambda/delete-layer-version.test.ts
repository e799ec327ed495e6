import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture, zip } from './fixture.suite.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:layer:l';

test('is fine twice, and gives the space back', async (t) => {
  const { call } = await fixture(t);
  await call('PublishLayerVersion', { LayerName: 'l', Content: { ZipFile: zip() } });
  for (const LayerName of ['l', ARN]) await call('DeleteLayerVersion', { LayerName, VersionNumber: 1 });
  assert.equal((await call('GetAccountSettings', {})).AccountUsage.TotalCodeSize, 0);
  await assert.rejects(call('DeleteLayerVersion', { LayerName: 'l', VersionNumber: 0 }), {
    code: 'InvalidParameterValueException',
  });
});
