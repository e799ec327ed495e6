import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('APIs and stages carry tags', async () => {
  const ApiId = await room.api();
  for (const ResourceArn of [
    `arn:aws:apigateway:us-east-1::/apis/${ApiId}`,
    `arn:aws:apigateway:us-east-1::/apis/${ApiId}/stages/$default`,
  ]) {
    await room.call('TagResource', { ResourceArn, Tags: { a: '1', b: '2' } });
    await room.call('UntagResource', { ResourceArn, TagKeys: ['a', 'none'] });
    assert.deepEqual((await room.call('GetTags', { ResourceArn })).Tags, { b: '2' });
  }
  assert.deepEqual((await room.call('GetApi', { ApiId })).Tags, { b: '2' });
  const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${ApiId}`;
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, '']));
  await refused(room.call('TagResource', { ResourceArn, Tags: many }), 'BadRequestException');
  await refused(room.call('GetTags', { ResourceArn: 'arn:aws:s3:::b' }), 'BadRequestException');
  await refused(room.call('GetTags', { ResourceArn: `${ResourceArn}/stages/none` }), 'NotFoundException');
  await refused(room.call('GetTags', { ResourceArn }, stranger), 'NotFoundException');
});
