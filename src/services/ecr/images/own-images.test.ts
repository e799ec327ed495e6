import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { digestOf, type EcrRoom, imageOf, OCI_MANIFEST, openEcr, tarOf } from '../../../../test/support/ecr-room.ts';
import { ACCOUNT, refused } from '../../../../test/support/s3-room.ts';

let room: EcrRoom;
before(async () => {
  room = await openEcr();
});
after(() => room.close());

const layers = [Buffer.from('one'), Buffer.from('two')];
const { config, manifest, digest } = imageOf(layers);
const blob = (content: string | Uint8Array) => ({ name: `blobs/sha256/${digestOf(content).slice(7)}`, content });
const index = JSON.stringify({
  schemaVersion: 2,
  manifests: [{ mediaType: OCI_MANIFEST, digest, size: manifest.length }],
});
const archive = async function* () {
  yield await tarOf({ name: 'index.json', content: index }, blob(config), blob(manifest), ...layers.map(blob));
};
const here = { account: ACCOUNT, region: 'us-east-1', repository: 'apps/shop' };

test('an archive becomes an image of a repository that is made', async () => {
  assert.deepEqual(await room.keepImage({ ...here, tag: 'c0ffee' }, archive()), { digest });
  const { imageDetails } = (await room.call('DescribeImages', { repositoryName: 'apps/shop' })) as never as {
    imageDetails: { imageDigest: string; imageTags: string[] }[];
  };
  assert.deepEqual(
    imageDetails.map(({ imageDigest, imageTags }) => [imageDigest, imageTags]),
    [[digest, ['c0ffee']]],
  );
});

test('one that lies about its contents is refused', async () => {
  const lying = async function* () {
    yield await tarOf({ name: 'index.json', content: index }, { ...blob(manifest), content: 'other' });
  };
  await refused(room.keepImage(here, lying()), 'InvalidImage');
});

test('it is the same image in another account, which outlives the first', async () => {
  const there = { account: '222222222222', region: 'us-east-1', repository: 'apps/shop' };
  assert.equal(await room.copyImage({ ...here, digest }, { ...there, tag: 'c0ffee' }), true);
  assert.equal(await room.copyImage({ ...here, digest }, there), true);
  assert.equal(await room.copyImage({ ...here, digest }, here), true);
  await room.call('DeleteRepository', { repositoryName: 'apps/shop', force: true });
  assert.equal(await room.copyImage({ ...here, digest }, there), false);
  const uri = `222222222222.dkr.ecr.us-east-1.amazonaws.com/apps/shop@${digest}`;
  assert.equal((await room.resolveImage(there, uri)).digest, digest.slice(7));
  const back = { ...here, repository: 'apps/again' };
  assert.equal(await room.copyImage({ ...there, digest }, back), true);
});
