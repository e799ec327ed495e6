import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Failure, fail, isFailure } from '../kernel/index.ts';
import { createWire, type ServiceName, serviceNames, type WireRequest } from './index.ts';

const wire = createWire();

function request(method: string, url: string, headers: Record<string, string> = {}, body: string | Uint8Array = ''): WireRequest {
  const bytes = Buffer.from(body as string);
  return { method, url, headers: { host: 'localhost:4566', ...headers }, body: Readable.from(bytes.length > 0 ? [bytes] : []) };
}

const form = (text: string) => request('POST', '/', { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, text);
const target = (name: string, body: unknown) =>
  request('POST', '/', { 'x-amz-target': name, 'content-type': 'application/x-amz-json-1.1' }, JSON.stringify(body));

async function failure(sent: WireRequest): Promise<Failure> {
  try {
    await wire.decode(sent, await wire.match(sent));
  } catch (error) {
    assert.ok(isFailure(error), String((error as Error).stack));
    return error;
  }
  return assert.fail('it was accepted');
}

const text = (body: unknown) => Buffer.from(body as string).toString();

describe('recognition without a signature', () => {
  const cases: [WireRequest, ServiceName, string][] = [
    [
      request('POST', '/2015-03-31/functions/f/invocations', { 'content-type': 'application/x-www-form-urlencoded' }),
      'lambda',
      'Invoke',
    ],
    [request('GET', '/2015-03-31/functions/'), 'lambda', 'ListFunctions'],
    [request('GET', '/2018-10-31/layers?find=LayerVersion&Arn=a'), 'lambda', 'GetLayerVersionByArn'],
    [request('GET', '/2018-10-31/layers'), 'lambda', 'ListLayers'],
    [request('GET', '/2019-09-30/functions/f/provisioned-concurrency?List=ALL'), 'lambda', 'ListProvisionedConcurrencyConfigs'],
    [request('GET', '/2019-09-30/functions/f/provisioned-concurrency?Qualifier=1'), 'lambda', 'GetProvisionedConcurrencyConfig'],
    [request('GET', '/'), 's3', 'ListBuckets'],
    [request('GET', '/b'), 's3', 'ListObjects'],
    [request('GET', '/b/?list-type=2'), 's3', 'ListObjectsV2'],
    [request('GET', '/b?location'), 's3', 'GetBucketLocation'],
    [request('PUT', '/b/k?x-id=PutObject', { 'x-amz-copy-source': '/a/b' }), 's3', 'CopyObject'],
    [request('PUT', '/b/k?partNumber=1&uploadId=u', { 'x-amz-copy-source': '/a/b' }), 's3', 'UploadPartCopy'],
    [request('PUT', '/b/k?partNumber=1&uploadId=u'), 's3', 'UploadPart'],
    [request('POST', '/b?delete'), 's3', 'DeleteObjects'],
    [request('GET', '/k/l', { host: 'my.bucket.s3.eu-west-1.localhost:4566' }), 's3', 'GetObject'],
    [request('GET', '/?list-type=2', { host: 'bucket.s3.localhost:4566' }), 's3', 'ListObjectsV2'],
    [form('Action=GetCallerIdentity&Version=2011-06-15'), 'sts', 'GetCallerIdentity'],
    [request('GET', '/?Action=ListRoles&Version=2010-05-08'), 'iam', 'ListRoles'],
    [target('Logs_20140328.PutLogEvents', {}), 'logs', 'PutLogEvents'],
    [target('DynamoDBStreams_20120810.GetRecords', {}), 'dynamodbstreams', 'GetRecords'],
    [
      request('POST', '/service/GraniteServiceVersion20100801/operation/ListMetrics', { 'smithy-protocol': 'rpc-v2-cbor' }),
      'monitoring',
      'ListMetrics',
    ],
    [request('GET', '/v2/apis'), 'apigatewayv2', 'GetApis'],
    [request('GET', '/schedules'), 'scheduler', 'ListSchedules'],
    [form('Action=SendMessage&Version=2012-11-05&QueueUrl=q&MessageBody=m'), 'sqs', 'SendMessage'],
  ];
  for (const [sent, service, operation] of cases) {
    it(`${sent.method} ${sent.headers.host} ${sent.url} → ${service} ${operation}`, async () => {
      const match = await wire.match(sent);
      assert.deepEqual([match.service, match.operation], [service, operation]);
    });
  }

  it('takes the queue from the path when a form does not name it', async () => {
    const sent = request('GET', '/111122223333/q.fifo?Action=PurgeQueue&Version=2012-11-05');
    const { input } = await wire.decode(sent, await wire.match(sent));
    assert.deepEqual(input, { QueueUrl: 'http://localhost:4566/111122223333/q.fifo' });
  });

  it('takes the bucket from the host and the key as sent', async () => {
    const sent = request('GET', '/a%2Fb+c//d', { host: 'bucket.s3.localhost' });
    const { input } = await wire.decode(sent, await wire.match(sent));
    assert.deepEqual([input.Bucket, input.Key], ['bucket', 'a/b+c//d']);
  });
});

describe('constraints, in the service’s words', () => {
  it('a pattern', async () => {
    const found = await failure(request('GET', '/2015-03-31/functions/my-function!'));
    assert.equal(found.code, 'ValidationException');
    assert.match(
      found.message,
      /^1 validation error detected: Value 'my-function!' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: \(arn:/,
    );
  });

  it('lists and maps of scalars', async () => {
    const layers = await failure(request('GET', `/2018-10-31/layers?MaxItems=51`));
    assert.equal(
      layers.message,
      "1 validation error detected: Value '51' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 50",
    );
    const body = JSON.stringify({ Name: 'a', FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 1.5 } } });
    const weights = await failure(request('POST', '/2015-03-31/functions/f/aliases', {}, body));
    assert.equal(
      weights.message,
      "1 validation error detected: Value '{2=1.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
    );
  });

  it('several at once, missing ones as bare null', async () => {
    const found = await failure(request('POST', '/2015-03-31/functions', {}, JSON.stringify({ FunctionName: 'f', Timeout: 0 })));
    assert.match(found.message, /^3 validation errors detected: /);
    assert.match(found.message, /Value null at 'role' failed to satisfy constraint: Member must not be null/);
    assert.match(
      found.message,
      /Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1/,
    );
  });

  it('codes by service', async () => {
    assert.equal((await failure(form(`Action=GetRole&Version=2010-05-08&RoleName=${'x'.repeat(65)}`))).code, 'ValidationError');
    assert.equal(
      (await failure(target('Logs_20140328.CreateLogGroup', { logGroupName: '!!' }))).code,
      'InvalidParameterException',
    );
    assert.equal((await failure(request('GET', '/b?max-keys=x'))).code, 'InvalidArgument');
    assert.equal((await failure(request('PUT', '/b/k', { 'x-amz-storage-class': 'X' }))).code, 'InvalidStorageClass');
    assert.equal(
      (await failure(form('Action=SendMessage&Version=2012-11-05&QueueUrl=q'))).message,
      'The request must contain the parameter MessageBody.',
    );
  });

  it('wrong types and broken bodies', async () => {
    const wrong = await failure(request('POST', '/2015-03-31/functions', {}, '{"FunctionName":"f","Timeout":"x"}'));
    assert.deepEqual([wrong.code, wrong.message], ['SerializationException', 'STRING_VALUE can not be converted to an Integer']);
    assert.equal((await failure(target('Logs_20140328.CreateLogGroup', '{'))).code, 'SerializationException');
    const sums = { 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' };
    assert.equal((await failure(request('PUT', '/b?tagging', sums, '<Tagging>'))).code, 'BadDigest');
    const md5 = { 'content-md5': 'tJzSgOHQp0qe4JQFGnTwLA==' };
    const broken = await failure(request('PUT', '/b?tagging', md5, '<Tagging'));
    assert.ok(['MalformedXML', 'BadDigest'].includes(broken.code));
    assert.match(
      (await failure(request('PUT', '/b?tagging', {}, '<Tagging/>'))).message,
      /^Missing required header for this request: Content-MD5/,
    );
  });

  it('bodies beyond their bound', async () => {
    const found = await failure(request('POST', '/2015-03-31/functions/f/invocations', {}, Buffer.alloc(6_291_457, ' ')));
    assert.equal(found.status, 413);
    assert.equal(found.code, 'RequestEntityTooLargeException');
    assert.equal(found.message, 'Request must be smaller than 6291456 bytes for the InvokeFunction operation');
  });
});

describe('errors, in the protocol’s form', () => {
  const told = async (sent: WireRequest, given: Failure) => {
    const match = await wire.match(sent);
    return wire.encodeError(match, given, 'id-1', sent);
  };

  it('Lambda spells the text as the shape does', async () => {
    const sent = request('GET', '/2015-03-31/functions/f');
    const missing = await told(sent, fail('ResourceNotFoundException', 'no'));
    assert.equal(missing.status, 404);
    assert.equal(missing.headers['x-amzn-errortype'], 'ResourceNotFoundException');
    assert.deepEqual(JSON.parse(text(missing.body)), { Type: 'User', Message: 'no' });
    const invalid = await told(sent, fail('InvalidParameterValueException', 'bad', { fields: { Type: null } }));
    assert.deepEqual(JSON.parse(text(invalid.body)), { message: 'bad' });
    const busy = await told(
      sent,
      fail('TooManyRequestsException', 'Rate Exceeded.', { fields: { Reason: 'R', retryAfterSeconds: '3' } }),
    );
    assert.deepEqual([busy.status, busy.headers['retry-after']], [429, '3']);
    assert.deepEqual(JSON.parse(text(busy.body)), { Type: 'User', message: 'Rate Exceeded.', Reason: 'R' });
    assert.deepEqual(JSON.parse(text((await told(sent, fail('ValidationException', 'v'))).body)), { message: 'v' });
  });

  it('S3 adds what it knows, and nothing to HEAD', async () => {
    const sent = request('GET', '/b/k');
    const missing = await told(sent, fail('NoSuchKey', 'The specified key does not exist.', { fields: { Key: 'a<&b' } }));
    assert.equal(missing.status, 404);
    assert.match(
      text(missing.body),
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>[^<]*<\/Message><Key>a&lt;&amp;b<\/Key><RequestId>id-1<\/RequestId><HostId>/,
    );
    assert.equal(missing.headers['x-amz-request-id'], 'id-1');
    const head = await told(request('HEAD', '/b/k'), fail('NoSuchKey', 'x'));
    assert.deepEqual([head.status, head.body], [404, undefined]);
  });

  it('query services and those that once were', async () => {
    const iam = await told(form('Action=GetRole&Version=2010-05-08&RoleName=r'), fail('NoSuchEntityException', 'gone <x>'));
    assert.equal(iam.status, 404);
    assert.equal(
      text(iam.body),
      '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>gone &lt;x&gt;</Message></Error><RequestId>id-1</RequestId></ErrorResponse>',
    );
    const sqs = await told(target('AmazonSQS.SendMessage', {}), fail('QueueDoesNotExist', 'The specified queue does not exist.'));
    assert.equal(sqs.headers['x-amzn-query-error'], 'AWS.SimpleQueueService.NonExistentQueue;Sender');
    assert.equal(JSON.parse(text(sqs.body)).__type, 'com.amazonaws.sqs#QueueDoesNotExist');
    const old = fail('InvalidParameterValueException', 'bad', { fields: { queryMessage: 'worse' } });
    const bad = await told(target('AmazonSQS.SendMessage', {}), old);
    assert.equal(bad.headers['x-amzn-query-error'], 'InvalidParameterValue;Sender');
    assert.equal(JSON.parse(text(bad.body)).message, 'bad');
    const queried = text((await told(form('Action=SendMessage&Version=2012-11-05'), old)).body);
    assert.match(queried, /<Code>InvalidParameterValue<\/Code><Message>worse<\/Message>/);
  });

  it('unknown operations', async () => {
    for (const [sent, status, code] of [
      [form('Action=Nonsense&Version=2010-05-08'), 400, 'InvalidAction'],
      [target('Logs_20140328.Nonsense', {}), 400, 'UnknownOperationException'],
      [request('PATCH', '/b'), 405, 'MethodNotAllowed'],
      [request('GET', '/2015-03-31/nonsense'), 404, 'UnknownOperationException'],
    ] as const) {
      const found = await failure(sent);
      const response = wire.encodeError(undefined, found, 'id', sent);
      assert.deepEqual(
        [response.status, text(response.body).includes(code) || response.headers['x-amzn-errortype'] === code],
        [status, true],
      );
    }
  });

  it('an output that is an event stream is refused by name', async () => {
    const match = { service: 'lambda', operation: 'InvokeWithResponseStream', protocol: 'restJson1', region: 'r' } as const;
    assert.throws(() => wire.encode(match, {}, 'id'), /InvokeWithResponseStream answers with an event stream/);
  });

  it('header values cannot break out of their line', async () => {
    const match = { service: 's3', operation: 'GetObject', protocol: 'restXml', region: 'r' } as const;
    const response = await wire.encode(match, { Metadata: { a: 'x\r\nset-cookie: 1', b: 'ü' } }, 'id');
    assert.equal(response.headers['x-amz-meta-a'], 'x  set-cookie: 1');
    assert.equal(Buffer.from(response.headers['x-amz-meta-b']!, 'latin1').toString(), 'ü');
  });
});

describe('hostile requests', () => {
  const words = fc.constantFrom(
    '/',
    '?',
    '&',
    '=',
    '%',
    '%2F',
    '+',
    '..',
    'b',
    'acl',
    'uploads',
    '2015-03-31',
    'functions',
    'f',
    '\u00ff',
    '__proto__',
    'constructor',
    'X-Amz-Signature=',
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    'X-Amz-Credential=a/20260101/r/s3/aws4_request',
    'Action=ListRoles',
    'Version=2010-05-08',
  );
  const lines = fc.array(words, { maxLength: 12 }).map((parts) => `/${parts.join('')}`);
  const headers = fc.record(
    {
      host: fc.oneof(
        fc.string({ maxLength: 40 }),
        fc.constantFrom('b.s3.localhost', 's3.localhost', '[::1]:80', 'sqs.us-east-1.localhost'),
      ),
      authorization: fc.oneof(
        fc.string({ maxLength: 80 }),
        fc.constant(
          `AWS4-HMAC-SHA256 Credential=a/20260101/r/lambda/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
        ),
      ),
      'x-amz-date': fc.oneof(fc.string({ maxLength: 20 }), fc.constant('20260101T000000Z')),
      'x-amz-target': fc.oneof(
        fc.string({ maxLength: 40 }),
        fc.constantFrom('Logs_20140328.__proto__', 'AmazonSQS.SendMessage', 'DynamoDB_20120810.PutItem'),
      ),
      'content-type': fc.constantFrom('application/x-www-form-urlencoded', 'application/json', 'text/xml'),
      'content-length': fc.constantFrom('0', '-1', 'x', '99999999999999'),
      'x-amz-content-sha256': fc.constantFrom('STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'UNSIGNED-PAYLOAD', 'x'),
      'x-amz-checksum-crc32': fc.string({ maxLength: 12 }),
    },
    { requiredKeys: [] },
  );
  const bodies = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom(
      'a;chunk-signature=',
      '5\r\nhello\r\n0\r\n\r\n',
      'ffffffffff\r\n',
      '<a><b>',
      'Action=CreateRole&Version=2010-05-08&Tags.member.1.Key=x&Tags.member.__proto__.x=1',
    ),
  );

  it('end as a Failure or a decoded input, whatever they are', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'DELETE'),
      lines,
      headers,
      bodies,
      async (method, url, given, body) => {
        const sent = request(method, url, given as Record<string, string>, body);
        let match: Awaited<ReturnType<typeof wire.match>> | undefined;
        try {
          wire.signature(sent);
          match = await wire.match(sent);
          await wire.verify(sent, match, 'secret', Date.UTC(2026, 0, 1));
          const { input } = await wire.decode(sent, match);
          if (input.Body instanceof Readable) for await (const chunk of input.Body) void chunk;
        } catch (error) {
          assert.ok(isFailure(error), String((error as Error).stack));
          const response = wire.encodeError(match, error, 'id', sent);
          assert.ok(response.status >= 300 && response.status < 600);
        }
        assert.equal(({} as Record<string, unknown>).x, undefined);
      },
    );
    await fc.assert(property, { numRuns: 1500, seed: 7 });
  });

  it('deep documents are refused, not followed', async () => {
    const deep = `{"TableName":"t","Item":{"a":${'{"M":{"a":'.repeat(20_000)}{"S":"x"}${'}}'.repeat(20_000)}}}`;
    const sent = request('POST', '/', { 'x-amz-target': 'DynamoDB_20120810.PutItem' }, deep);
    assert.equal((await failure(sent)).code, 'SerializationException');
  });
});

describe('models', () => {
  it('name every operation of every service', () => {
    const counts = Object.fromEntries(serviceNames.map((service) => [service, wire.operations(service).length]));
    assert.equal(counts.lambda, 88);
    assert.equal(counts.iam, 180);
    for (const count of Object.values(counts)) assert.ok(count >= 4);
  });
});
