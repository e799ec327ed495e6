import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture, zip } from './fixture.suite.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:layer:l';

test('shows each layer with its latest matching version', async (t) => {
  const { call } = await fixture(t);
  for (const LayerName of ['l', 'l', 'm']) await call('PublishLayerVersion', { LayerName, Content: { ZipFile: zip() } });
  await call('DeleteLayerVersion', { LayerName: 'm', VersionNumber: 1 });
  const { Layers } = await call('ListLayers', {});
  assert.deepEqual(
    Layers.map((layer: { LayerArn: string; LatestMatchingVersion: { Version: number } }) => [
      layer.LayerArn,
      layer.LatestMatchingVersion.Version,
    ]),
    [[ARN, 2]],
  );
});
