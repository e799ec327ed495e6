import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture, zip } from './fixture.suite.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:layer:l';

test('lists newest first, by runtime when asked, and nothing for an unknown layer', async (t) => {
  const { call } = await fixture(t);
  for (const CompatibleRuntimes of [['python3.11'], undefined, ['nodejs24.x']])
    await call('PublishLayerVersion', { LayerName: 'l', Content: { ZipFile: zip() }, CompatibleRuntimes });
  const list = async (input: object) =>
    (await call('ListLayerVersions', input)).LayerVersions.map((layer: { LayerVersionArn: string }) => layer.LayerVersionArn);
  assert.deepEqual(await list({ LayerName: 'l' }), [`${ARN}:3`, `${ARN}:2`, `${ARN}:1`]);
  assert.deepEqual(await list({ LayerName: ARN, CompatibleRuntime: 'python3.11' }), [`${ARN}:1`]);
  assert.deepEqual(await list({ LayerName: 'x' }), []);
});
