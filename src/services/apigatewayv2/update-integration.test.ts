import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('UpdateIntegration merges mappings; an empty value removes one', async () => {
  const ApiId = await room.api();
  const { IntegrationId } = await room.call('CreateIntegration', {
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: FUNCTION,
    PayloadFormatVersion: '2.0',
    RequestParameters: { 'append:header.a': '1', 'append:header.b': '2' },
    ResponseParameters: { '200': { 'append:header.a': '1' } },
  });
  const changed = await room.call('UpdateIntegration', {
    ApiId,
    IntegrationId,
    TimeoutInMillis: 1000,
    RequestParameters: { 'append:header.a': '', 'append:header.c': '3' },
    ResponseParameters: { '200': {}, '500': { 'overwrite:statuscode': '404' } },
  });
  assert.deepEqual(changed.RequestParameters, { 'append:header.b': '2', 'append:header.c': '3' });
  assert.deepEqual(changed.ResponseParameters, { '500': { 'overwrite:statuscode': '404' } });
  assert.deepEqual([changed.TimeoutInMillis, changed.IntegrationUri], [1000, FUNCTION]);
  await refused(room.call('UpdateIntegration', { ApiId, IntegrationId, IntegrationUri: 'no' }), 'BadRequestException');
  await refused(room.call('UpdateIntegration', { ApiId, IntegrationId: 'none' }), 'NotFoundException');
  await refused(room.call('UpdateIntegration', { ApiId, IntegrationId }, stranger), 'NotFoundException');
});
