import type { ObjectChange } from './notifications.ts';

/** What the default bus gets of one change of an object. */
export interface ObjectBusEvent {
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: object;
}

const DETAIL_TYPES: readonly (readonly [prefix: string, detailType: string])[] = [
  ['ObjectCreated:', 'Object Created'],
  ['ObjectRemoved:', 'Object Deleted'],
  ['LifecycleExpiration:', 'Object Deleted'],
  ['ObjectTagging:Put', 'Object Tags Added'],
  ['ObjectTagging:Delete', 'Object Tags Deleted'],
  ['ObjectAcl:', 'Object ACL Updated'],
];

const REASONS: Readonly<Record<string, string>> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:Post': 'POST Object',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
  'ObjectRemoved:Delete': 'DeleteObject',
  'ObjectRemoved:DeleteMarkerCreated': 'DeleteObject',
  'LifecycleExpiration:Delete': 'Lifecycle Expiration',
  'LifecycleExpiration:DeleteMarkerCreated': 'Lifecycle Expiration',
};

/** The EventBridge form of a change (spec/event-sources.md §1); undefined for changes that have none. The key is not encoded. */
export function objectBusEvent(change: ObjectChange): ObjectBusEvent | undefined {
  const detailType = DETAIL_TYPES.find(([prefix]) => change.eventName.startsWith(prefix))?.[1];
  if (detailType === undefined) return undefined;
  const deleted = detailType === 'Object Deleted';
  const reason = change.reason ?? REASONS[change.eventName];
  const marker = change.eventName.endsWith('DeleteMarkerCreated');
  return {
    detailType,
    resources: [`arn:aws:s3:::${change.bucket}`],
    detail: {
      version: '0',
      bucket: { name: change.bucket },
      object: {
        key: change.key,
        ...(deleted || change.size === undefined ? {} : { size: change.size }),
        ...(deleted || change.etag === undefined ? {} : { etag: change.etag }),
        ...(change.versionId === undefined ? {} : { 'version-id': change.versionId }),
        ...(detailType.startsWith('Object Tags') ? {} : { sequencer: change.sequencer }),
      },
      'request-id': change.requestId,
      ...(change.eventName.startsWith('Lifecycle')
        ? { requester: 's3.amazonaws.com' }
        : { requester: change.owner, 'source-ip-address': change.sourceIp }),
      ...(reason === undefined ? {} : { reason }),
      ...(deleted ? { 'deletion-type': marker ? 'Delete Marker Created' : 'Permanently Deleted' } : {}),
    },
  };
}
