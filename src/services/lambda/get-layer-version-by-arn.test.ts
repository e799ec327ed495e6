import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture, zip } from './fixture.suite.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:layer:l';

test('shows a version by its ARN', async (t) => {
  const { call } = await fixture(t);
  await call('PublishLayerVersion', { LayerName: 'l', Content: { ZipFile: zip() } });
  assert.equal((await call('GetLayerVersionByArn', { Arn: `${ARN}:1` })).LayerVersionArn, `${ARN}:1`);
  for (const Arn of [`${ARN}:2`, `${ARN}:1`.replace('000000000000', '111111111111')])
    await assert.rejects(call('GetLayerVersionByArn', { Arn }), { code: 'ResourceNotFoundException' });
});
