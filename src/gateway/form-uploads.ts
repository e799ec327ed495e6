import { Readable } from 'node:stream';
import { fail } from '../kernel/index.ts';
import { judgePostPolicy, type LengthRange, type OperationContext } from '../model/index.ts';
import type { Form, Match, WireResponse } from '../wire/index.ts';
import { send } from './answer.ts';
import { authenticate } from './authenticate.ts';
import { allow } from './authorize.ts';
import { type AwsDoor, admitStranger, contextOf, refuse } from './aws.ts';
import type { Exchange } from './exchange.ts';
import { answerForm } from './form-answer.ts';
import { notImplemented } from './refusals.ts';
import type { Grant } from './s3-cors.ts';

/** Whether a browser's form is posted to a bucket: by host or path, without query and signature of its own. */
export function isFormUpload(exchange: Exchange): boolean {
  if (exchange.method !== 'POST' || !exchange.headers['content-type']?.startsWith('multipart/form-data')) return false;
  return exchange.headers.authorization === undefined && exchange.url === exchange.path && bucketOf(exchange) !== undefined;
}

function bucketOf({ host, path }: Exchange): string | undefined {
  if (host.kind === 'aws' && host.bucket !== undefined) return path === '/' ? host.bucket : undefined;
  return /^\/([a-zA-Z0-9.-]{3,255})\/?$/.exec(path)?.[1];
}

/**
 * An upload by a browser's form (spec/backends.md §2.7): strangers → form → who → policy → decode → may they → put → answer. It is a
 * PutObject whose signature and conditions come in its fields. Never rejects.
 */
export async function serveFormUpload(door: AwsDoor, exchange: Exchange): Promise<void> {
  const match: Match = { service: 's3', operation: 'PutObject', protocol: 'restXml', region: 'us-east-1' };
  let grant: Grant | undefined;
  let response: WireResponse;
  try {
    if (exchange.visitor === 'stranger') grant = await admitStranger(door, exchange, match);
    response = await upload(door, exchange, match);
  } catch (error) {
    response = refuse(door, exchange, { ...match, operation: '' }, error);
  }
  response.headers['content-security-policy'] = 'sandbox';
  if (grant) Object.assign(response.headers, grant.headers);
  await send(exchange, response, door.logger);
}

async function upload(door: AwsDoor, exchange: Exchange, anywhere: Match): Promise<WireResponse> {
  const table = door.services.s3;
  if (!table?.postObject) throw notImplemented(anywhere);
  const { forms } = door.wire;
  const bucket = bucketOf(exchange)!;
  const form = await forms.read(exchange);
  const key = keyOf(form);
  const signature = forms.signature(form);
  const match = signature.kind === 'signed' ? { ...anywhere, region: signature.region } : anywhere;
  const verify = (_: unknown, __: unknown, secret: string) => forms.verify(form, secret);
  const principal = await authenticate({ ...door.auth, wire: { verify } }, exchange, signature, match);
  const range = rangeOf(form, { bucket, key, now: exchange.now });
  const put = forms.put(form, { bucket, key, body: Readable.from(within(range, form.file!.content), { objectMode: false }) });
  const decoded = await door.wire.decode(put, { ...(await door.wire.match(put)), region: match.region });
  const input = { ...decoded.input, ...taggingOf(form) };
  const known = contextOf(door, exchange, { match, principal, decoded });
  const headers = { ...put.headers, 'x-amzn-trace-id': exchange.headers['x-amzn-trace-id'] };
  const context: OperationContext = { ...known, signal: known.signal, headers };
  await allow(door.authorize, exchange, match, { principal, requests: await table.access('PutObject', input, context) });
  const output = await table.postObject(input as never, context);
  return answerForm(form, { output, exchange, bucket, key });
}

/** `${filename}` stands for the name of the file. Throws InvalidArgument for a form without key or file. */
function keyOf({ fields, file }: Form): string {
  const key = fields.get('key');
  if (!key)
    throw fail(
      'InvalidArgument',
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
      { fields: { ArgumentName: 'key', ArgumentValue: '' } },
    );
  if (!file)
    throw fail('InvalidArgument', 'POST requires exactly one file upload per request.', {
      fields: { ArgumentName: 'file', ArgumentValue: 0 },
    });
  return key.replace(/\$\{filename\}/g, () => file.name);
}

interface Named {
  readonly bucket: string;
  readonly key: string;
  readonly now: number;
}

/** The policy is judged by the key that will be written. A form that nobody signed has none, and what policy the bucket has decides. */
function rangeOf({ fields }: Form, { bucket, key, now }: Named): LengthRange | undefined {
  const policy = fields.get('policy');
  return policy === undefined ? undefined : judgePostPolicy(policy, { fields: new Map([...fields, ['key', key]]), bucket, now });
}

/** Throws EntityTooLarge as soon as one byte is too many, EntityTooSmall at the end. */
async function* within(range: LengthRange | undefined, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (range && size > range.max)
      throw fail('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
        fields: { ProposedSize: size, MaxSizeAllowed: range.max },
      });
    yield chunk;
  }
  if (range && size < range.min)
    throw fail('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      fields: { ProposedSize: size, MinSizeAllowed: range.min },
    });
}

const TAG = /<Tag>\s*<Key>([^<]*)<\/Key>\s*<Value>([^<]*)<\/Value>\s*<\/Tag>/g;

/** The field `tagging` holds the XML of a tag set; PutObject takes its tags as a query. What would be escaped in XML is in no tag. */
function taggingOf({ fields }: Form): { readonly Tagging?: string } {
  const xml = fields.get('tagging');
  if (xml === undefined) return {};
  const tags = [...xml.matchAll(TAG)].map(([, key, value]) => [key!, value!]);
  const rest = xml.replace(TAG, '').replace(/^\s*<\?xml[^>]*\?>/, '');
  if (!/^\s*<Tagging[^>]*>\s*(?:<TagSet>\s*<\/TagSet>|<TagSet\s*\/>)\s*<\/Tagging>\s*$/.test(rest))
    throw fail('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  return tags.length === 0 ? {} : { Tagging: new URLSearchParams(tags).toString() };
}
