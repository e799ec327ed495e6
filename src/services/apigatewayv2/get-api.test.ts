import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('an API is seen by its own account and region only', async () => {
  const ApiId = await room.api('mine');
  assert.equal((await room.call('GetApi', { ApiId })).Name, 'mine');
  for (const context of [stranger, { region: 'eu-west-1' }]) {
    const failure = await refused(room.call('GetApi', { ApiId }, context), 'NotFoundException');
    assert.match(failure.message, new RegExp(`^Invalid API identifier specified \\d{12}:${ApiId}$`));
    assert.deepEqual((await room.call('GetApis', {}, context)).Items, []);
  }
  assert.equal((await refused(room.call('GetApi', { ApiId: 'none' }), 'NotFoundException')).status, 404);
});

test('GetApis goes page by page', async () => {
  const mine = stranger;
  for (const Name of ['a', 'b', 'c']) await room.call('CreateApi', { Name, ProtocolType: 'HTTP', Target: FUNCTION }, mine);
  const first = await room.call('GetApis', { MaxResults: '2' }, mine);
  const second = await room.call('GetApis', { MaxResults: '2', NextToken: first.NextToken }, mine);
  assert.deepEqual([first.Items.length, second.Items.length, second.NextToken], [2, 1, undefined]);
  const names = [...first.Items, ...second.Items].map(({ Name }) => Name).sort();
  assert.deepEqual(names, ['a', 'b', 'c']);
  await refused(room.call('GetApis', { MaxResults: 'many' }), 'BadRequestException');
  await refused(room.call('GetApis', { NextToken: '???' }), 'BadRequestException');
});
