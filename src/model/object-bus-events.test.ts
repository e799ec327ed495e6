import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectChange } from './notifications.ts';
import { objectBusEvent } from './object-bus-events.ts';

const change: ObjectChange = {
  bucket: 'b',
  owner: '000000000000',
  key: 'a b',
  eventName: 'ObjectCreated:Post',
  size: 9,
  etag: 'e',
  versionId: 'v',
  sequencer: '0A',
  requestId: 'R',
  hostId: 'H',
  principalId: 'P',
  sourceIp: '192.0.2.1',
};

test('the bus gets the facts of a change, the key as it is', () => {
  assert.deepEqual(objectBusEvent(change), {
    detailType: 'Object Created',
    resources: ['arn:aws:s3:::b'],
    detail: {
      version: '0',
      bucket: { name: 'b' },
      object: { key: 'a b', size: 9, etag: 'e', 'version-id': 'v', sequencer: '0A' },
      'request-id': 'R',
      requester: '000000000000',
      'source-ip-address': '192.0.2.1',
      reason: 'POST Object',
    },
  });
});

test('deletions say how and why; what a lifecycle ends has no address', () => {
  const told = (eventName: string) => {
    const { detailType, detail } = objectBusEvent({ ...change, eventName })!;
    const { reason, requester, ...rest } = detail as Record<string, unknown>;
    return [detailType, rest['deletion-type'], reason, requester, rest['source-ip-address'], rest.object];
  };
  const object = { key: 'a b', 'version-id': 'v', sequencer: '0A' };
  const own = ['DeleteObject', change.owner, change.sourceIp, object];
  assert.deepEqual(told('ObjectRemoved:Delete'), ['Object Deleted', 'Permanently Deleted', ...own]);
  assert.deepEqual(told('ObjectRemoved:DeleteMarkerCreated'), ['Object Deleted', 'Delete Marker Created', ...own]);
  const expired = ['Lifecycle Expiration', 's3.amazonaws.com', undefined, object];
  assert.deepEqual(told('LifecycleExpiration:Delete'), ['Object Deleted', 'Permanently Deleted', ...expired]);
  assert.deepEqual(told('LifecycleExpiration:DeleteMarkerCreated'), ['Object Deleted', 'Delete Marker Created', ...expired]);
  assert.equal(objectBusEvent({ ...change, eventName: 'ObjectTagging:Put' })!.detailType, 'Object Tags Added');
});
