import { createHmac } from 'node:crypto';
import { type Failure, fail } from '../kernel/index.ts';
import { readScope } from './claim.ts';
import type { Forms, Signature, WireRequest } from './contract.ts';
import { type Form, readFormData } from './form-data.ts';
import { same, sign, signingKey } from './signing-key.ts';

/** Uploads by browser forms: how they are read, and who signed their policy (spec/backends.md §2.7). */
export const forms: Forms = { read, signature, verify, put };

function read({ body, headers }: WireRequest): Promise<Form> {
  return readFormData(body, headers['content-type'] ?? '');
}

const SIGNED = ['x-amz-credential', 'x-amz-date', 'x-amz-signature', 'policy'] as const;
/** As S3's refusals spell them. */
const SPELLED: Readonly<Record<string, string>> = {
  'x-amz-credential': 'X-Amz-Credential',
  'x-amz-date': 'X-Amz-Date',
  'x-amz-signature': 'X-Amz-Signature',
  awsaccesskeyid: 'AWSAccessKeyId',
  signature: 'Signature',
};

/** Some SDKs still sign forms by signature version 2 unless they are told otherwise; nothing else is taken by it. */
function isOld({ fields }: Form): boolean {
  return fields.has('awsaccesskeyid') || fields.has('signature');
}

function signature(form: Form): Signature {
  const { fields } = form;
  const sessionToken = fields.get('x-amz-security-token');
  const common = { kind: 'signed', sessionToken, service: 's3', presigned: true } as const;
  if (isOld(form)) {
    const [accessKeyId] = needed(form, ['awsaccesskeyid', 'signature', 'policy']);
    return { ...common, accessKeyId: accessKeyId!, region: 'us-east-1' };
  }
  if (!SIGNED.some((name) => fields.has(name))) return { kind: 'anonymous' };
  const [credential] = needed(form, SIGNED);
  const algorithm = fields.get('x-amz-algorithm');
  if (algorithm !== 'AWS4-HMAC-SHA256')
    throw fail('InvalidArgument', 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"', {
      fields: { ArgumentName: 'X-Amz-Algorithm', ArgumentValue: algorithm ?? 'null' },
    });
  const { accessKeyId, region } = readScope(credential!);
  return { ...common, accessKeyId, region };
}

function needed({ fields }: Form, names: readonly string[]): readonly string[] {
  return names.map((name) => {
    const value = fields.get(name);
    if (value) return value;
    const spelled = SPELLED[name] ?? name;
    throw fail(
      'InvalidArgument',
      `Bucket POST must contain a field named '${spelled}'.  If it is specified, please check the order of the fields.`,
      { fields: { ArgumentName: spelled, ArgumentValue: '' } },
    );
  });
}

function verify(form: Form, secret: string): void {
  if (isOld(form)) {
    const [accessKeyId, given, policy] = needed(form, ['awsaccesskeyid', 'signature', 'policy']) as [string, string, string];
    const expected = createHmac('sha1', secret).update(policy).digest('base64');
    if (!same(given, expected)) throw mismatch(accessKeyId, policy, given);
    return;
  }
  const [credential, , given, policy] = needed(form, SIGNED) as [string, string, string, string];
  const { accessKeyId, day, region, service } = readScope(credential);
  const key = signingKey(secret, day, region, service);
  if (service !== 's3' || !same(given.toLowerCase(), sign(key, policy))) throw mismatch(accessKeyId, policy, given);
}

function mismatch(accessKeyId: string, policy: string, given: string): Failure {
  return fail(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { status: 403, fields: { AWSAccessKeyId: accessKeyId, StringToSign: policy, SignatureProvided: given } },
  );
}

/** Fields that are PutObject's headers; those of the signature and of the answer are not, and all others mean nothing. */
const HEADERS =
  /^(?:cache-control|content-(?:type|disposition|encoding|language|md5)|expires|x-amz-(?:acl|meta-.+|storage-class|website-redirect-location|server-side-encryption.*|object-lock-.+|checksum-.+|sdk-checksum-algorithm))$/;

function put({ fields }: Form, { bucket, key, body }: Parameters<Forms['put']>[1]): WireRequest {
  const headers: Record<string, string> = { host: 's3.localhost' };
  for (const [name, value] of fields) {
    const header = name === 'acl' ? 'x-amz-acl' : name;
    if (HEADERS.test(header)) headers[header] = headerValue(header, value);
  }
  return { method: 'PUT', url: `/${encodeURIComponent(bucket)}/${encodeURIComponent(key)}`, headers, body };
}

/** As node gives headers: bytes of UTF-8, each a character. Throws InvalidArgument for what could never be a header of the object. */
function headerValue(name: string, text: string): string {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || /[\0-\x08\n-\x1f\x7f]/.test(text))
    throw fail('InvalidArgument', 'A form field cannot be kept as a header of the object', {
      fields: { ArgumentName: name, ArgumentValue: text },
    });
  return Buffer.from(text, 'utf8').toString('latin1');
}
