import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture, zip } from './fixture.suite.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:layer:l';

test('shows a version by name or ARN, and says what is missing', async (t) => {
  const { call } = await fixture(t);
  const { Content: _, ...made } = await call('PublishLayerVersion', {
    LayerName: 'l',
    Content: { ZipFile: zip() },
    LicenseInfo: 'MIT',
  });
  for (const LayerName of ['l', ARN]) {
    const { Content, ...shown } = await call('GetLayerVersion', { LayerName, VersionNumber: 1 });
    assert.deepEqual(shown, made);
    assert.match(Content.Location, /\/_dalamb\/code\//);
  }
  await assert.rejects(call('GetLayerVersion', { LayerName: 'l', VersionNumber: 0 }), {
    message: 'Layer Version Cannot be less than 1',
  });
  await assert.rejects(call('GetLayerVersion', { LayerName: 'l', VersionNumber: 2 }), { code: 'ResourceNotFoundException' });
});
