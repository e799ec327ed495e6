import type { Transaction } from '../../kernel/index.ts';
import { type ObjectChange, type OperationContext, objectTopic } from '../../model/index.ts';
import { objects, type Part, parts, type StoredObject } from './collections.ts';
import type { S3Deps } from './deps.ts';

/** What an announcement needs from outside the transaction, which may run twice. */
export interface Announcement {
  /** Ids of the events, one for each change. */
  readonly ids: readonly string[];
  /** Epoch ms. */
  readonly time: number;
  readonly context: OperationContext;
}

export function announcement(deps: S3Deps, context: OperationContext, changes = 1): Announcement {
  return { ids: Array.from({ length: changes }, () => deps.ids.uuid()), time: deps.clock.now(), context };
}

/** Puts an object in the place of what was there, whose content goes. */
export async function replaceObject(tx: Transaction, before: StoredObject | undefined, object: StoredObject): Promise<void> {
  if (before) await dropContent(tx, before);
  await tx.put(objects, object);
}

export async function removeObject(tx: Transaction, object: StoredObject): Promise<void> {
  await dropContent(tx, object);
  await tx.delete(objects, [object.bucket, object.key]);
}

async function dropContent(tx: Transaction, object: StoredObject): Promise<void> {
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

/** Appends the fact of a change, in its own transaction. eventName without `s3:`; removals carry neither size nor ETag. */
export async function announce(
  tx: Transaction,
  eventName: string,
  object: Pick<StoredObject, 'bucket' | 'key' | 'owner'> & Partial<StoredObject>,
  { ids, time, context }: Announcement,
  nth = 0,
): Promise<void> {
  const { next } = await tx.bounds(objectTopic.name, 0);
  const { principal, requestId } = context;
  const traceId = context.headers['x-amzn-trace-id'];
  const change: ObjectChange = {
    bucket: object.bucket,
    owner: object.owner,
    key: object.key,
    eventName,
    ...(eventName.startsWith('ObjectRemoved') ? {} : { size: object.size, etag: object.etag }),
    sequencer: next.toString(16).toUpperCase().padStart(16, '0'),
    requestId,
    hostId: hostIdOf(requestId),
    principalId: principal.kind === 'role' ? `AWS:${principal.userId}` : principal.userId,
    sourceIp: context.sourceIp,
    ...(traceId === undefined ? {} : { traceId }),
  };
  await tx.append(objectTopic.name, 0, {
    id: ids[nth]!,
    type: eventName,
    source: 's3',
    subject: `arn:aws:s3:::${object.bucket}/${object.key}`,
    account: object.owner,
    region: context.region,
    time,
    ...(context.cause === undefined ? {} : { cause: context.cause }),
    body: change,
  });
}

/** As wire answers it in x-amz-id-2. */
export function hostIdOf(requestId: string): string {
  return Buffer.from(`dalamb/${requestId}`).toString('base64');
}
