import type { Transaction } from '../../kernel/index.ts';
import { type ObjectChange, type OperationContext, objectTopic } from '../../model/index.ts';
import { type Part, parts, type StoredObject } from './collections.ts';
import type { S3Deps } from './deps.ts';

/** What an announcement needs from outside the transaction, which may run twice. */
export interface Announcement {
  /** Of this change alone; versions are named after it. */
  readonly id: string;
  /** Id of the event, if not the same. */
  readonly event?: string;
  /** Epoch ms. */
  readonly time: number;
  readonly origin: Origin;
}

/** Where a change comes from. */
export interface Origin {
  readonly region: string;
  readonly requestId: string;
  readonly principalId: string;
  readonly sourceIp: string;
  /** The invocation that asked for it, if one did. */
  readonly cause?: string | undefined;
  readonly traceId?: string | undefined;
}

/** Of the one change of a request: its event is named after it, so that whoever made it can trace what came of it. */
export function announcement(deps: S3Deps, context: OperationContext): Announcement {
  return { id: deps.ids.uuid(), event: context.requestId, time: deps.clock.now(), origin: originOf(context) };
}

/** One for each of several changes of one request. */
export function announcements(deps: S3Deps, context: OperationContext, changes: number): readonly Announcement[] {
  const [time, origin] = [deps.clock.now(), originOf(context)];
  return Array.from({ length: changes }, () => ({ id: deps.ids.uuid(), time, origin }));
}

function originOf({ region, requestId, principal, sourceIp, cause, headers }: OperationContext): Origin {
  const principalId = principal.kind === 'role' ? `AWS:${principal.userId}` : principal.userId;
  return { region, requestId, principalId, sourceIp, cause, traceId: headers['x-amzn-trace-id'] };
}

/** Gives back what an object's content holds in the store. */
export async function dropContent(tx: Transaction, object: StoredObject): Promise<void> {
  if (object.hash !== undefined) await tx.dropBlob(object.hash);
  if (object.upload !== undefined) await dropParts(tx, object.upload);
}

/** Drops an upload's parts, or those of them that keep does not want. */
export async function dropParts(tx: Transaction, upload: string, keep: (part: Part) => boolean = () => false): Promise<void> {
  for await (const part of eachPart(tx, upload)) {
    if (keep(part)) continue;
    await tx.dropBlob(part.hash);
    await tx.delete(parts, [upload, part.number]);
  }
}

/** All parts of an upload (at most 10,000), by number. */
export async function* eachPart(from: Pick<Transaction, 'range'>, upload: string): AsyncGenerator<Part> {
  for (let after: readonly (string | number)[] | undefined; ; ) {
    const page = await from.range(parts, { prefix: [upload], limit: 1000, ...(after ? { after } : {}) });
    yield* page.items;
    if (!page.next) return;
    after = page.next;
  }
}

/** What a change is about: an object, or as much of one as a delete marker has. */
export type Changed = Pick<StoredObject, 'bucket' | 'key' | 'owner'> & Partial<StoredObject>;

/** Appends the fact of a change, in its own transaction. eventName without `s3:`; removals carry neither size nor ETag. */
export async function announce(
  tx: Transaction,
  eventName: string,
  object: Changed,
  { id, event = id, time, origin }: Announcement,
): Promise<void> {
  const { next } = await tx.bounds(objectTopic.name, 0);
  const { region, requestId, cause, traceId } = origin;
  const change: ObjectChange = {
    bucket: object.bucket,
    owner: object.owner,
    key: object.key,
    eventName,
    ...(/^(?:ObjectRemoved|LifecycleExpiration)/.test(eventName) ? {} : { size: object.size, etag: object.etag }),
    ...(object.version === undefined ? {} : { versionId: object.version }),
    sequencer: next.toString(16).toUpperCase().padStart(16, '0'),
    requestId,
    hostId: hostIdOf(requestId),
    principalId: origin.principalId,
    sourceIp: origin.sourceIp,
    ...(traceId === undefined ? {} : { traceId }),
  };
  await tx.append(objectTopic.name, 0, {
    id: event,
    type: eventName,
    source: 's3',
    subject: `arn:aws:s3:::${object.bucket}/${object.key}`,
    account: object.owner,
    region,
    time,
    ...(cause === undefined ? {} : { cause }),
    body: change,
  });
}

/** As wire answers it in x-amz-id-2. */
export function hostIdOf(requestId: string): string {
  return Buffer.from(`dalamb/${requestId}`).toString('base64');
}
