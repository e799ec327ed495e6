import type { DescribeArchiveRequest, DescribeArchiveResponse } from '@aws-sdk/client-eventbridge';
import type { Operation } from '../../model/index.ts';
import { archiveArn } from './archives.ts';
import type { EventsDeps } from './deps.ts';
import { foundArchive, shownArchive } from './found-archive.ts';

/** DescribeArchive. */
export function describeArchive({ store }: EventsDeps): Operation<DescribeArchiveRequest, DescribeArchiveResponse> {
  return async (input, context) => {
    const archive = await foundArchive(store.read, context, input.ArchiveName!);
    const { description, pattern } = archive;
    return {
      ArchiveArn: archiveArn(archive),
      ...shownArchive(archive),
      ...(description === undefined ? {} : { Description: description }),
      ...(pattern === undefined ? {} : { EventPattern: pattern }),
    };
  };
}
