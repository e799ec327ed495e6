import type { Form, WireResponse } from '../wire/index.ts';
import type { Exchange } from './exchange.ts';

export interface Posted {
  /** PutObject's. */
  readonly output: object;
  readonly exchange: Exchange;
  readonly bucket: string;
  readonly key: string;
}

/** What a form's sender gets (spec/backends.md §2.7): 204, or the status or address that the form names. */
export function answerForm({ fields }: Form, posted: Posted): WireResponse {
  const { exchange, bucket, key } = posted;
  const { ETag: etag, VersionId: version } = posted.output as { ETag: string; VersionId?: string };
  const below = exchange.host.kind === 'aws' && exchange.host.bucket !== undefined ? '' : `/${bucket}`;
  const location = `${exchange.endpoint}${below}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const headers: Record<string, string> = {
    etag,
    location,
    'x-amz-server-side-encryption': 'AES256',
    'x-amz-request-id': exchange.requestId,
    ...(version === undefined ? {} : { 'x-amz-version-id': version }),
  };
  const address = redirect(fields.get('success_action_redirect') ?? fields.get('redirect'));
  if (address) {
    for (const [name, value] of Object.entries({ bucket, key, etag })) address.searchParams.set(name, value);
    return { status: 303, headers: { ...headers, location: address.href } };
  }
  const status = fields.get('success_action_status');
  if (status === '200') return { status: 200, headers };
  if (status !== '201') return { status: 204, headers };
  const document = Object.entries({ Location: location, Bucket: bucket, Key: key, ETag: etag })
    .map(([name, value]) => `<${name}>${escaped(value)}</${name}>`)
    .join('');
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${document}</PostResponse>`;
  return { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body };
}

/** An address that cannot be followed counts as none. */
function redirect(text: string | undefined): URL | undefined {
  const url = text === undefined ? null : URL.parse(text);
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
