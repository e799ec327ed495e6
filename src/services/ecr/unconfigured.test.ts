import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { ACCOUNT, refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

const repositoryName = 'plain';

test('what is not configured is told as AWS tells it, and its default may be written', async () => {
  await room.call('CreateRepository', { repositoryName });
  await refused(room.call('GetLifecyclePolicy', { repositoryName }), 'LifecyclePolicyNotFoundException');
  const off = { registryId: ACCOUNT, repositoryName, imageScanningConfiguration: { scanOnPush: false } };
  const imageScanningConfiguration = { scanOnPush: false };
  assert.deepEqual(await room.call('PutImageScanningConfiguration', { repositoryName, imageScanningConfiguration }), off);
  const on = room.call('PutImageScanningConfiguration', { repositoryName, imageScanningConfiguration: { scanOnPush: true } });
  await refused(on, 'NotImplemented');
  assert.deepEqual(await room.call('DescribeRegistry'), { registryId: ACCOUNT, replicationConfiguration: { rules: [] } });
});
