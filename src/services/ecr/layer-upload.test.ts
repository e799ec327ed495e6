import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digestOf, type EcrRoom, openEcr } from '../../../test/support/ecr-room.ts';
import { refused } from '../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

const repositoryName = 'sent';
const parts = [Buffer.from('first'), Buffer.from('second')];
const layerDigest = digestOf(Buffer.concat(parts));

const part = (uploadId: string, partFirstByte: number, layerPartBlob: Buffer) =>
  room.call('UploadLayerPart', {
    repositoryName,
    uploadId,
    partFirstByte,
    partLastByte: partFirstByte + layerPartBlob.length - 1,
    layerPartBlob,
  });

test('a layer is sent in parts, one after the other', async () => {
  await room.call('CreateRepository', { repositoryName });
  const { uploadId, partSize } = await room.call('InitiateLayerUpload', { repositoryName });
  assert.equal(partSize, 20_971_520);
  const complete = (digest = layerDigest) =>
    room.call('CompleteLayerUpload', { repositoryName, uploadId, layerDigests: [digest] });
  await refused(complete(), 'EmptyUploadException');
  assert.equal((await part(uploadId, 0, parts[0]!)).lastByteReceived, 4);
  const error = await refused(part(uploadId, 9, parts[1]!), 'InvalidLayerPartException');
  assert.equal(error.fields.lastValidByteReceived, 4);
  assert.equal((await part(uploadId, 5, parts[1]!)).lastByteReceived, 10);
  await refused(complete(digestOf('lie')), 'InvalidLayerException');
  assert.equal((await complete()).layerDigest, layerDigest);
  assert.deepEqual((await room.ask('GET', `/v2/${repositoryName}/blobs/${layerDigest}`)).body, Buffer.concat(parts));
  await refused(complete(), 'UploadNotFoundException');
  const again = await room.call('InitiateLayerUpload', { repositoryName });
  await part(again.uploadId, 0, Buffer.concat(parts));
  const twice = room.call('CompleteLayerUpload', { repositoryName, uploadId: again.uploadId, layerDigests: [layerDigest] });
  await refused(twice, 'LayerAlreadyExistsException');
});

test('two parts at once: one is taken', async () => {
  const { uploadId } = await room.call('InitiateLayerUpload', { repositoryName });
  const both = await Promise.allSettled([part(uploadId, 0, parts[0]!), part(uploadId, 0, parts[1]!)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});
