import type { CreateArchiveRequest } from '@aws-sdk/client-eventbridge';
import type { Reader } from '../../kernel/index.ts';
import { compilePattern, type Place } from '../../model/index.ts';
import { type Archive, archives } from './archives.ts';
import { missing, notImplemented } from './refusals.ts';

/** An archive of the caller's own place. Throws ResourceNotFoundException. */
export async function foundArchive(from: Reader, { account, region }: Place, name: string): Promise<Archive> {
  const archive = await from.get(archives, [account, region, name]);
  if (!archive) throw missing(`Archive ${name} does not exist.`);
  return archive;
}

/** What CreateArchive and UpdateArchive set. */
export type ArchiveSettings = Pick<CreateArchiveRequest, 'EventPattern' | 'RetentionDays' | 'Description' | 'KmsKeyIdentifier'>;

/** Throws InvalidEventPatternException, and NotImplemented 501 for a key of its own. */
export function checkArchive({ EventPattern, KmsKeyIdentifier }: ArchiveSettings): void {
  if (KmsKeyIdentifier) throw notImplemented('KmsKeyIdentifier');
  if (EventPattern !== undefined) compilePattern(EventPattern);
}

/** What was given, as it is kept. */
export function archiveSettings({ EventPattern, RetentionDays, Description }: ArchiveSettings): Partial<Archive> {
  return {
    ...(EventPattern === undefined ? {} : { pattern: EventPattern }),
    ...(RetentionDays === undefined ? {} : { retentionDays: RetentionDays }),
    ...(Description === undefined ? {} : { description: Description }),
  };
}

/** An archive as DescribeArchive and ListArchives show it. */
export function shownArchive({ name, bus, retentionDays, bytes, events, created }: Archive) {
  return {
    ArchiveName: name,
    EventSourceArn: bus,
    State: 'ENABLED' as const,
    RetentionDays: retentionDays,
    SizeBytes: bytes,
    EventCount: events,
    CreationTime: new Date(created),
  };
}
