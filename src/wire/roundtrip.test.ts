/** Every operation of every service, in its smallest and its fullest form, against the SDK's own client codecs. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { HttpResponse } from '@smithy/core/protocols';
import { deref, NormalizedSchema, operation as operationSchema } from '@smithy/core/schema';
import { createWire, type Match, type ServiceName, serviceNames, type WireRequest, type WireResponse } from './index.ts';
import { knownOperation, readInput } from './protocols.ts';
import { violations } from './validate.ts';

const require = createRequire(import.meta.url);
const wire = createWire();

const PACKAGES: Record<ServiceName, string> = {
  lambda: 'lambda',
  s3: 's3',
  iam: 'iam',
  sts: 'sts',
  logs: 'cloudwatch-logs',
  sqs: 'sqs',
  sns: 'sns',
  dynamodb: 'dynamodb',
  dynamodbstreams: 'dynamodb-streams',
  kinesis: 'kinesis',
  events: 'eventbridge',
  scheduler: 'scheduler',
  monitoring: 'cloudwatch',
  apigatewayv2: 'apigatewayv2',
  ssm: 'ssm',
  secretsmanager: 'secrets-manager',
  cloudformation: 'cloudformation',
  ecr: 'ecr',
};

// biome-ignore lint/suspicious/noExplicitAny: the inside of the SDK is not typed for this
type Any = any;
type Members = Record<string, unknown>;

const TIME = new Date(1_700_000_000_000);

/** A value of a schema; full fills every member, else only the required ones. */
function sample(schema: NormalizedSchema, full: boolean, depth = 0, name = ''): unknown {
  if (schema.isStructSchema()) return structure(schema, full, depth);
  if (schema.isListSchema()) {
    const element = schema.getValueSchema();
    return depth > 6 ? [] : [sample(element, full, depth + 1, name), sample(element, full, depth + 1, name)];
  }
  if (schema.isMapSchema()) {
    const value = schema.getValueSchema();
    return depth > 6 ? {} : { k1: sample(value, full, depth + 1), 'k-2': sample(value, full, depth + 1) };
  }
  if (schema.isStringSchema()) return schema.getMergedTraits().mediaType ? '{"a":1}' : `v-${name} ü&<`;
  if (schema.isBooleanSchema()) return true;
  if (schema.isNumericSchema()) return 7;
  if (schema.isTimestampSchema()) return TIME;
  if (schema.isBlobSchema()) return Uint8Array.from([0, 1, 254]);
  return schema.isDocumentSchema() ? { d: [1, 'x', null] } : undefined;
}

function structure(schema: NormalizedSchema, full: boolean, depth: number): Members {
  const found: Members = {};
  const required = ((schema.getSchema() as Any)[6] as number | undefined) ?? 0;
  let index = 0;
  for (const [name, member] of schema.structIterator()) {
    const needed = index++ < required;
    if (schema.isUnionSchema()) {
      if (depth > 6 && member.isStructSchema()) continue;
      return { [name]: sample(member, full, depth + 1, name) };
    }
    if ((!needed && (!full || depth > 4)) || (member.isStreaming() && member.isStructSchema())) continue;
    const value = sample(member, full, depth + 1, name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** Comparable: bytes and dates as plain data, nothing undefined, keys in order. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof Uint8Array) return { $bytes: [...value] };
  if (value instanceof String) return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, item]) => item !== undefined && key !== '$metadata');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, plain(item)]));
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body as string);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

interface Subject {
  readonly service: ServiceName;
  readonly client: Any;
  readonly config: Any;
  readonly protocol: Any;
  readonly operations: readonly Any[];
}

function subject(service: ServiceName, make?: (settings: Any) => unknown): Subject {
  const module = require(`@aws-sdk/client-${PACKAGES[service]}`);
  const name = Object.keys(module).find((key) => /^[A-Z]\w*Client$/.test(key))!;
  const client = new module[name]({ region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
  const protocol = make?.(client.config.protocolSettings) ?? client.config.protocol;
  const config = { ...client.config, endpoint: async () => ({ url: new URL('http://h/') }) };
  protocol.setSerdeContext(config);
  const operations = Object.values(module).filter((value: Any) => Array.isArray(value) && value[0] === 9);
  return { service, client, config, protocol, operations };
}

async function requestOf({ service, config, protocol }: Subject, row: Any, input: Members): Promise<WireRequest> {
  const schema = operationSchema(row[1], row[2], row[3], row[4], row[5]);
  const { serviceTarget } = config.protocolSettings;
  const context = { ...config, __smithy_context: { service: serviceTarget, operation: row[2] } };
  const sent = await protocol.serializeRequest(schema, structuredClone(input), context);
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(sent.query ?? {}))
    for (const item of [value].flat()) query.append(key, (item as string) ?? '');
  if (row[2] !== 'ListDirectoryBuckets') query.delete('x-id'); // the harder case: clients that do not send the hint
  const body = await bytesOf(sent.body);
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(sent.headers))
    headers[key.toLowerCase()] = Buffer.from(String(value)).toString('latin1');
  const scope = { dynamodbstreams: 'dynamodb', apigatewayv2: 'apigateway' }[service as string] ?? service;
  headers.authorization = `AWS4-HMAC-SHA256 Credential=AK/20260101/eu-west-1/${scope}/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
  headers['x-amz-date'] = '20260101T000000Z';
  const bucket = service === 's3' && typeof input.Bucket === 'string' ? `/${encodeURIComponent(input.Bucket)}` : '';
  const search = query.toString();
  const url = `${bucket}${sent.path}${search === '' ? '' : `?${search}`}`;
  return { method: sent.method, url, headers, body: Readable.from(body.length > 0 ? [body] : []) };
}

/** Sums cannot be right in samples, and some documents must carry one. */
async function withRightSums(request: WireRequest): Promise<WireRequest> {
  const headers: Record<string, string | undefined> = { ...request.headers };
  for (const key of Object.keys(headers))
    if (/^x-amz-(?:checksum-(?!algorithm$|mode$|type$)|trailer$)/.test(key)) delete headers[key];
  const body = await bytesOf(request.body);
  headers['content-md5'] = createHash('md5').update(body).digest('base64');
  return { ...request, headers, body: Readable.from(body.length > 0 ? [body] : []) };
}

/** What a sample cannot keep: sums, and what the query protocol has no way to write. */
function forget(tested: Subject, given: Members): Members {
  const { service, protocol } = tested;
  if (service === 's3') {
    const entries = Object.entries(given).filter(
      ([name]) => !/^(?:Checksum(?!Algorithm|Mode|Type)\w*|ContentMD5|ContentLength)$/.test(name),
    );
    return Object.fromEntries(entries);
  }
  return String(protocol.getShapeId()).endsWith('#awsQuery') ? (pruned(given) as Members) : given;
}

function pruned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(pruned).filter((item) => !isEmpty(item));
  const entries = Object.entries(value).map(([key, item]) => [key, pruned(item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => !isEmpty(item)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && Object.keys(value).length === 0;
}

/** Types and routing must be right for every operation; constraints are another test's, for samples violate them. */
async function checkInput(tested: Subject, row: Any, full: boolean): Promise<void> {
  const schema = NormalizedSchema.of(deref(row[4]));
  const input = schema.isUnitSchema() ? {} : (sample(schema, full) as Members);
  if (tested.service === 's3' && input.Bucket !== undefined) input.Bucket = 'bkt';
  if (input.RequestRoute !== undefined) input.RequestRoute = 'route';
  const sent = await requestOf(tested, row, input);
  const request = tested.service === 's3' ? await withRightSums(sent) : sent;
  const match = await wire.match(request);
  assert.equal(match.operation, row[2]);
  assert.equal(match.service, tested.service);
  const got = await decoded(request, match);
  for (const [name, member] of schema.isUnitSchema() ? [] : schema.structIterator()) {
    if (member.isStreaming() && got[name] !== undefined) got[name] = Uint8Array.from(await bytesOf(got[name]));
    if (member.isIdempotencyToken() && input[name] === undefined) delete got[name];
    const empty = member.getMergedTraits().httpPayload && member.isStructSchema() && input[name] === undefined;
    if (empty && got[name] && Object.keys(got[name] as object).length === 0) delete got[name];
  }
  if (tested.service === 's3' && input.Body === undefined) dropDefaults(got, input);
  assert.deepEqual(plain(forget(tested, got)), plain(forget(tested, input)));
}

/** An empty stream stands for none, and the SDK adds a type to it. */
function dropDefaults(got: Members, input: Members): void {
  if (got.Body instanceof Uint8Array && got.Body.length === 0) delete got.Body;
  if (input.ContentType === undefined) delete got.ContentType;
}

/** Constraints apart, for samples violate them; types are checked. */
async function decoded(request: WireRequest, match: Match): Promise<Members> {
  const operation = knownOperation(match);
  const { input } = await readInput(request, match, operation);
  violations(operation, input);
  return input;
}

async function checkOutput(tested: Subject, row: Any, full: boolean, protocol: string): Promise<void> {
  const schema = NormalizedSchema.of(deref(row[5]));
  const output = schema.isUnitSchema() ? {} : (sample(schema, full) as Members);
  const members = schema.isUnitSchema() ? [] : [...schema.structIterator()];
  const status = members.find(([, member]) => member.getMergedTraits().httpResponseCode)?.[0];
  const streamed = members.find(([, member]) => member.getMergedTraits().httpPayload && member.isStreaming())?.[0];
  if (status) output[status] = 207;
  const match: Match = { service: tested.service, operation: row[2], protocol, region: 'us-east-1' };
  const response = await wire.encode(match, structuredClone(output), 'request-1');
  const got = await received(tested, row, response, streamed !== undefined);
  for (const [name, member] of members) {
    if (member.getMergedTraits().httpPayload && output[name] === undefined && got[name] == null) delete got[name];
  }
  if (streamed) got[streamed] = response.body === undefined ? undefined : Uint8Array.from(await bytesOf(response.body));
  for (const [name, value] of Object.entries(got)) if (output[name] === undefined && isEmpty(value)) delete got[name];
  if (status && !full && output[status] === undefined) delete got[status];
  assert.deepEqual(plain(got), plain(output));
}

async function received(tested: Subject, row: Any, response: WireResponse, streamed: boolean): Promise<Members> {
  const schema = operationSchema(row[1], row[2], row[3], row[4], row[5]);
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([key, value]) => [key, Buffer.from(value, 'latin1').toString()]),
  );
  const bytes = await bytesOf(response.body);
  const body = streamed ? Readable.from([bytes]) : bytes;
  const sent = new HttpResponse({ statusCode: response.status, headers, body });
  return tested.protocol.deserializeResponse(schema, { ...tested.config, streamCollector: bytesOf }, sent);
}

/** Members that no request or answer can carry as given, by operation: why is said beside each. */
const UNABLE: Record<string, string> = {
  's3 GetBucketLocation': 'its root element is the value itself; tested in s3.test.ts',
};

async function sweep(tested: Subject, protocol: string): Promise<void> {
  const faults: string[] = [];
  const attempt = async (name: string, run: () => Promise<void>) => {
    try {
      await run();
    } catch (error) {
      faults.push(`${name}: ${(error as Error).message.slice(0, 600)}`);
    }
  };
  for (const row of tested.operations) {
    const [input, output] = [NormalizedSchema.of(deref(row[4])), NormalizedSchema.of(deref(row[5]))];
    for (const full of [false, true]) {
      const name = `${row[2]} ${full ? 'full' : 'min'}`;
      const ambiguous = full && protocol === 'awsQuery' && row[2] === 'ReceiveMessage'; // two members share one name there
      if (!ambiguous && (input.isUnitSchema() || !input.getEventStreamMember()))
        await attempt(`${name} in`, () => checkInput(tested, row, full));
      if (UNABLE[`${tested.service} ${row[2]}`]) continue;
      if (output.isUnitSchema() || !output.getEventStreamMember())
        await attempt(`${name} out`, () => checkOutput(tested, row, full, protocol));
    }
  }
  assert.deepEqual(faults, []);
}

describe('every operation, both ways, as the SDK speaks it', () => {
  for (const service of serviceNames) {
    it(service, async () => {
      const tested = subject(service);
      await sweep(tested, String(tested.client.config.protocol.getShapeId()).split('#')[1]!);
    });
  }

  it('monitoring over CBOR', () =>
    sweep(
      subject('monitoring', (settings) => new AwsSmithyRpcV2CborProtocol(settings)),
      'rpcv2Cbor',
    ));
  it('monitoring over the query protocol', () =>
    sweep(
      subject(
        'monitoring',
        (settings) => new AwsQueryProtocol({ ...settings, xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/' }),
      ),
      'awsQuery',
    ));
  it('sqs over the query protocol', () =>
    sweep(
      subject(
        'sqs',
        (settings) => new AwsQueryProtocol({ ...settings, xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/' }),
      ),
      'awsQuery',
    ));
});
