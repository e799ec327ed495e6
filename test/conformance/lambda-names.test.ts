import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { createRole } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { moduleZip, PROCESS_DRIVER, sdk } from '../support/sdk.ts';

/** spec/lambda-api.md §3.1 and §3.2, as data: what each form of a name means to each operation. */
const ACCOUNT = '000000000000';
const REGION = 'us-east-1';
const arn = (name: string, region = REGION, account = ACCOUNT) => `arn:aws:lambda:${region}:${account}:function:${name}`;

type Operation = 'GetFunction' | 'DeleteFunction' | 'Invoke' | 'CreateFunction';
interface Refusal {
  readonly name: string;
  readonly status: number;
  readonly message: string | RegExp;
}
interface Target {
  readonly FunctionName: string;
  readonly Qualifier?: string;
}

let platform: Platform;
let aws: ReturnType<typeof sdk>;
let Role: string;
let ZipFile: Buffer;

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  aws = sdk(platform.url);
  Role = await createRole(aws, 'names');
  ZipFile = await moduleZip('export const handler = async () => 1;');
  for (const FunctionName of ['there', 'function']) {
    await call('CreateFunction', { FunctionName });
    await waitUntilFunctionActiveV2({ client: aws.lambda, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { FunctionName });
  }
  await aws.lambda.publishVersion({ FunctionName: 'there' });
  await aws.lambda.createAlias({ FunctionName: 'there', Name: 'live', FunctionVersion: '1' });
});
after(() => platform?.stop());

function call(operation: Operation, target: Target): Promise<unknown> {
  if (operation === 'GetFunction') return aws.lambda.getFunction(target);
  if (operation === 'DeleteFunction') return aws.lambda.deleteFunction(target);
  if (operation === 'Invoke') return aws.lambda.invoke(target);
  const rest = { Role, Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { ZipFile } } as const;
  return aws.lambda.createFunction({ FunctionName: target.FunctionName, ...rest });
}

async function isRefused(operation: Operation, target: Target, expected: Refusal): Promise<void> {
  const what = `${operation} ${JSON.stringify(target)}`;
  try {
    await call(operation, target);
  } catch (thrown) {
    const error = thrown as Error & { $metadata: { httpStatusCode: number } };
    assert.equal(error.name, expected.name, `${what}: ${error.message}`);
    assert.equal(error.$metadata.httpStatusCode, expected.status, what);
    if (typeof expected.message === 'string') assert.equal(error.message, expected.message, what);
    else assert.match(error.message, expected.message, what);
    return;
  }
  assert.fail(`${what} was accepted`);
}

const read: readonly Operation[] = ['GetFunction', 'DeleteFunction', 'Invoke'];
const all: readonly Operation[] = [...read, 'CreateFunction'];
const literally = (text: string) => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
const constraint = (value: string, member: string, text: string): Refusal => ({
  name: 'ValidationException',
  status: 400,
  message: new RegExp(
    `^\\d validation errors? detected: .*Value '${literally(value)}' at '${member}' failed to satisfy constraint: ${text}`,
  ),
});
const PATTERN = 'Member must satisfy regular expression pattern: ';
const notFound = (what: string): Refusal => ({
  name: 'ResourceNotFoundException',
  status: 404,
  message: `Function not found: ${what}`,
});
const parameter = (message: string): Refusal => ({ name: 'InvalidParameterValueException', status: 400, message });

const broken = [
  'my-function!',
  '*',
  'there there',
  ' there',
  'there\n',
  'there/../there',
  '../there',
  'a?b',
  'a#b',
  'a%2Fb',
  'ä',
  '💥',
  "there' OR '1'='1",
  '$LATEST',
  ':',
  'there:',
  ':there',
  'there:1:2',
  'there:$LATES',
  'there:$LATEST:extra',
  'there:live!',
  'function:there:1:2',
  'function:there:$LATEST:extra',
  '12345:function:there',
  '0000000000000:function:there',
  'abcdefghijkl:function:there',
  'us-east-1:there:function:there',
  'US-EAST-1:000000000000:function:there',
  'arn:aws:lambda:us-east-1:000000000000:there!',
  'arn:aws:lambda:us-east-1:000000000000:function:',
  'arn:aws:lambda:us-east-1:000000000000:function:there:1:2',
  'arn:aws:lambda:us-east-1:000000000000:function:there:$LATES',
  'arn:aws:lambda:us-east-1:000000000000:function:there:$LATEST:extra',
  'arn:aws:lambda:us-east-1:00000:function:there',
  'arn:aws:lambda:us-east-1::function:there',
  'arn:aws:lambda::000000000000:function:there:x:y',
  'arn:aws:lambda:nowhere:000000000000:function:there',
  'arn:aws:lambda:us-east:000000000000:function:there',
  'arn:aws:s3:::there',
  'arn:aws:sqs:us-east-1:000000000000:there',
  'arn:aws:lambda',
  'arn:gcp:lambda:us-east-1:000000000000:function:there',
];

test('what matches no form is refused by its pattern, everywhere', async () => {
  for (const FunctionName of broken)
    for (const operation of all) await isRefused(operation, { FunctionName }, constraint(FunctionName, 'functionName', PATTERN));
});

test('what is too long is refused by its length, and by nothing that looks at it longer', async () => {
  const long = `there:${'q'.repeat(300)}`;
  for (const operation of read)
    await isRefused(
      operation,
      { FunctionName: long },
      constraint(long, 'functionName', 'Member must have length less than or equal to (256|170)'),
    );
  await isRefused(
    'CreateFunction',
    { FunctionName: long },
    constraint(long, 'functionName', 'Member must have length less than or equal to 140'),
  );
  const huge = 'arn:aws:lambda:'.repeat(400);
  for (const operation of all)
    await isRefused(
      operation,
      { FunctionName: huge },
      { name: 'ValidationException', status: 400, message: /Member must have length less than or equal to/ },
    );
});

test('broken qualifiers are refused by their pattern or length', async () => {
  for (const Qualifier of ['invalid!', 'a b', 'a:b', '*', 'ä', '../1', '$LATEST.', 'arn:x'])
    for (const operation of read)
      await isRefused(operation, { FunctionName: 'there', Qualifier }, constraint(Qualifier, 'qualifier', PATTERN));
  const Qualifier = 'q'.repeat(129);
  for (const operation of read)
    await isRefused(
      operation,
      { FunctionName: 'there', Qualifier },
      constraint(Qualifier, 'qualifier', 'Member must have length less than or equal to 128'),
    );
});

test('what does not exist is named by its full ARN, with the suffix of the operation', async () => {
  for (const FunctionName of [
    'gone',
    'function:gone',
    `${ACCOUNT}:function:gone`,
    `${REGION}:${ACCOUNT}:function:gone`,
    arn('gone'),
  ]) {
    await isRefused('GetFunction', { FunctionName }, notFound(arn('gone')));
    await isRefused('DeleteFunction', { FunctionName }, notFound(arn('gone')));
    await isRefused('Invoke', { FunctionName }, notFound(`${arn('gone')}:$LATEST`));
  }
  // the pattern takes an ARN of a layer for the alias `there` of a function `layer`
  await isRefused(
    'GetFunction',
    { FunctionName: `arn:aws:lambda:${REGION}:${ACCOUNT}:layer:there` },
    notFound(`${arn('layer')}:there`),
  );
  const long = 'n'.repeat(65);
  await isRefused('GetFunction', { FunctionName: long }, notFound(arn(long)));
  await isRefused('DeleteFunction', { FunctionName: long }, notFound(arn(long)));
  await isRefused('Invoke', { FunctionName: long }, notFound(`${arn(long)}:$LATEST`));
  await isRefused(
    'CreateFunction',
    { FunctionName: long },
    parameter(
      `1 validation error detected: Value '${long}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ),
  );
  for (const [FunctionName, Qualifier] of [
    ['there', 'nope'],
    ['there', '7'],
    ['there', 'a'.repeat(65)],
    ['there:nope', undefined],
    [`${arn('there')}:nope`, undefined],
  ] as const) {
    const suffix = Qualifier ?? 'nope';
    const target = { FunctionName, ...(Qualifier === undefined ? {} : { Qualifier }) };
    await isRefused('GetFunction', target, notFound(`${arn('there')}:${suffix}`));
    await isRefused('Invoke', target, notFound(`${arn('there')}:${suffix}`));
  }
  for (const operation of ['GetFunction', 'Invoke'] as const)
    await isRefused(operation, { FunctionName: 'there', Qualifier: '$latest' }, notFound(`${arn('there')}:$latest`));
  await isRefused('DeleteFunction', { FunctionName: 'gone', Qualifier: '$latest' }, notFound(arn('gone')));
});

test('a name and a qualifier that disagree, and what cannot be deleted', async () => {
  const disagree = parameter('The derived qualifier from the function name does not match the specified qualifier.');
  for (const FunctionName of ['there:1', `${arn('there')}:live`, 'there:$LATEST'])
    for (const operation of read) await isRefused(operation, { FunctionName, Qualifier: 'other' }, disagree);
  await isRefused(
    'DeleteFunction',
    { FunctionName: 'there', Qualifier: '$LATEST' },
    parameter('$LATEST version cannot be deleted without deleting the function.'),
  );
  for (const Qualifier of ['live', 'a'.repeat(65)])
    await isRefused(
      'DeleteFunction',
      { FunctionName: 'there', Qualifier },
      parameter('Deletion of aliases is not currently supported.'),
    );
  await call('DeleteFunction', { FunctionName: 'there', Qualifier: '99' });
});

test('other regions are not reachable, other accounts are not told about', async () => {
  for (const FunctionName of [arn('there', 'eu-west-1'), `eu-west-1:${ACCOUNT}:function:there`])
    for (const operation of all)
      await isRefused(
        operation,
        { FunctionName },
        {
          name: 'ResourceNotFoundException',
          status: 404,
          message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
        },
      );
  for (const FunctionName of [
    arn('there', REGION, '111122223333'),
    '111122223333:function:there',
    arn('gone', REGION, '111122223333'),
  ])
    for (const operation of all)
      await isRefused(
        operation,
        { FunctionName },
        {
          name: 'AccessDeniedException',
          status: 403,
          message:
            /^User: arn:aws:iam::000000000000:root is not authorized to perform: lambda:\w+ on resource: arn:aws:lambda:us-east-1:111122223333:function:/,
        },
      );
});

test('every accepted form reaches the same function and echoes what was asked for', async () => {
  for (const [FunctionName, Qualifier, FunctionArn, version] of [
    ['there', undefined, arn('there'), '$LATEST'],
    ['function:there', undefined, arn('there'), '$LATEST'],
    [`${ACCOUNT}:function:there`, undefined, arn('there'), '$LATEST'],
    [`${REGION}:${ACCOUNT}:function:there`, undefined, arn('there'), '$LATEST'],
    [arn('there'), undefined, arn('there'), '$LATEST'],
    ['there', '$LATEST', `${arn('there')}:$LATEST`, '$LATEST'],
    ['there:$LATEST', undefined, `${arn('there')}:$LATEST`, '$LATEST'],
    ['there:1', undefined, `${arn('there')}:1`, '1'],
    ['there', '1', `${arn('there')}:1`, '1'],
    [`${arn('there')}:1`, '1', `${arn('there')}:1`, '1'],
    [`${ACCOUNT}:function:there:live`, undefined, `${arn('there')}:live`, '1'],
    ['there', 'live', `${arn('there')}:live`, '1'],
  ] as const) {
    const target = { FunctionName, ...(Qualifier === undefined ? {} : { Qualifier }) };
    const { Configuration } = await aws.lambda.getFunction(target);
    assert.deepEqual([Configuration!.FunctionArn, Configuration!.Version], [FunctionArn, version], JSON.stringify(target));
    const { ExecutedVersion, StatusCode } = await aws.lambda.invoke({ ...target, InvocationType: 'DryRun' }).then(async (dry) => {
      assert.equal(dry.StatusCode, 204);
      return aws.lambda.invoke(target);
    });
    assert.deepEqual([StatusCode, ExecutedVersion], [200, version], JSON.stringify(target));
  }
});

test('an ARN that ends with function means the function of that name', async () => {
  const FunctionName = `arn:aws:lambda:${REGION}:${ACCOUNT}:function`;
  const { Configuration } = await aws.lambda.getFunction({ FunctionName });
  assert.equal(Configuration!.FunctionArn, arn('function'));
  assert.equal((await aws.lambda.invoke({ FunctionName })).StatusCode, 200);
  await aws.lambda.deleteFunction({ FunctionName });
  await isRefused('GetFunction', { FunctionName }, notFound(arn('function')));
  await isRefused('Invoke', { FunctionName }, notFound(`${arn('function')}:$LATEST`));
});
