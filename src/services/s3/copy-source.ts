import { invalidArgument } from './refusals.ts';

export interface CopySource {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/** `x-amz-copy-source`: `[/]bucket/key[?versionId=…]`, URL-encoded (spec/backends.md §2.6). Throws InvalidArgument. */
export function parseCopySource(header: string): CopySource {
  const [, path, versionId] = /^\/?(.*?)(?:\?versionId=(.*))?$/s.exec(header)!;
  const decoded = decoded8(path!);
  const slash = decoded?.indexOf('/') ?? -1;
  if (decoded === undefined || slash < 1 || slash === decoded.length - 1)
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      header,
    );
  return {
    Bucket: decoded.slice(0, slash),
    Key: decoded.slice(slash + 1),
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  };
}

/** Undefined when an escape is none or no UTF-8. */
function decoded8(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' ')).replace(/^\//, '');
  } catch {
    return undefined;
  }
}
