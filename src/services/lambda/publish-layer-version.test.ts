import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture, zip } from './fixture.suite.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:layer:l';

test('numbers go on, and a function mounts the layer and keeps it', async (t) => {
  const { call, create, service, runs } = await fixture(t);
  const publish = () => call('PublishLayerVersion', { LayerName: 'l', Content: { ZipFile: zip('layer') } });
  const first = await publish();
  assert.deepEqual(
    [first.LayerArn, first.LayerVersionArn, first.Version, first.Description, 'CompatibleRuntimes' in first],
    [ARN, `${ARN}:1`, 1, '', false],
  );
  assert.equal(first.Content.CodeSize, zip('layer').byteLength);
  await create({ Layers: [`${ARN}:1`] });
  await call('DeleteLayerVersion', { LayerName: 'l', VersionNumber: 1 });
  assert.equal((await publish()).Version, 2);
  await call('UpdateFunctionConfiguration', { FunctionName: 'f', Layers: [`${ARN}:1`], Timeout: 9 });
  await service.idle();
  await call('Invoke', { FunctionName: 'f' });
  assert.equal(runs[0]!.function.layers.length, 1);
  const shown = await call('GetFunctionConfiguration', { FunctionName: 'f' });
  assert.deepEqual(shown.Layers, [{ Arn: `${ARN}:1`, CodeSize: zip('layer').byteLength }]);
});

test('refuses bad archives; functions refuse unknown, doubled and foreign layers', async (t) => {
  const { call, create } = await fixture(t);
  await assert.rejects(call('PublishLayerVersion', { LayerName: 'l', Content: { ZipFile: Buffer.from('no') } }), {
    message: /^Could not unzip/,
  });
  await call('PublishLayerVersion', { LayerName: 'l', Content: { ZipFile: zip() } });
  await assert.rejects(create({ Layers: [`${ARN}:9`] }), { message: `Layer version ${ARN}:9 does not exist.` });
  await assert.rejects(create({ Layers: [`${ARN}:1`, `${ARN}:1`] }), { message: /^Two different versions of the same layer/ });
  await assert.rejects(create({ Layers: [`${ARN}:1`.replace('us-east', 'eu-west')] }), {
    message: /^Layers are not in the same region/,
  });
  await assert.rejects(create({ Layers: Array(6).fill(`${ARN}:1`) }), { message: 'Cannot reference more than 5 layers.' });
});
