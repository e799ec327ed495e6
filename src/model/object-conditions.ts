import { fail } from '../kernel/index.ts';

/** What conditions are judged against. etag without quotes; modified in epoch ms. */
export interface ObjectState {
  readonly etag: string;
  readonly modified: number;
}

/** Conditions of a read or of a copy's source, as the headers give them. */
export interface ReadConditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: Date;
  readonly ifUnmodifiedSince?: Date;
  /** Epoch ms; an ifModifiedSince later than this means nothing. */
  readonly now?: number;
}

/** undefined: read; `not-modified`: 304; else the name of the condition that fails with 412. ETags outrank dates (RFC 9110 §13.2.2). */
export function judgeRead(state: ObjectState, conditions: ReadConditions): string | undefined {
  const second = Math.floor(state.modified / 1000) * 1000;
  if (conditions.ifMatch !== undefined) {
    if (!matches(conditions.ifMatch, state.etag)) return 'If-Match';
  } else if (conditions.ifUnmodifiedSince && second > conditions.ifUnmodifiedSince.getTime()) return 'If-Unmodified-Since';
  if (conditions.ifNoneMatch !== undefined) return matches(conditions.ifNoneMatch, state.etag) ? 'not-modified' : undefined;
  const since = conditions.ifModifiedSince?.getTime();
  if (since !== undefined && since <= (conditions.now ?? since) && second <= since) return 'not-modified';
  return undefined;
}

/** Conditions of a write (spec/backends.md §2.3). */
export interface WriteConditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

/** Throws NotImplemented 501 for combinations that S3 does not know, before anything is received. */
export function checkWriteConditions({ ifMatch, ifNoneMatch }: WriteConditions): void {
  const header = ifNoneMatch !== undefined && (ifNoneMatch !== '*' || ifMatch !== undefined) ? 'If-None-Match' : undefined;
  if (header !== undefined) throw headerNotImplemented(header);
}

/** Throws PreconditionFailed 412 or NoSuchKey 404 when the object as it stands does not allow the write. */
export function judgeWrite(state: ObjectState | undefined, conditions: WriteConditions, key: string): void {
  if (conditions.ifNoneMatch !== undefined && state) throw preconditionFailed('If-None-Match');
  if (conditions.ifMatch === undefined) return;
  if (!state) throw fail('NoSuchKey', 'The specified key does not exist.', { status: 404, fields: { Key: key } });
  if (!matches(conditions.ifMatch, state.etag)) throw preconditionFailed('If-Match');
}

export function preconditionFailed(condition: string) {
  return fail('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    fields: { Condition: condition },
  });
}

/** NotImplemented 501, naming the header, as S3 answers it. */
export function headerNotImplemented(header: string) {
  return fail('NotImplemented', 'A header you provided implies functionality that is not implemented', {
    status: 501,
    fault: 'caller',
    fields: { Header: header },
  });
}

function matches(header: string, etag: string): boolean {
  return header.split(',').some((entry) => {
    const tag = entry.trim().replace(/^W\//, '');
    return tag === '*' || tag === etag || tag === `"${etag}"`;
  });
}
