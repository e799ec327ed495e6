import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { IAM } from '@aws-sdk/client-iam';
import { Lambda, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { type Built, buildGoExample, buildNodeExample, buildPythonExample } from '../support/archives.ts';
import { awsCli } from '../support/aws-cli.ts';
import { type Platform, startPlatform } from '../support/platform.ts';

let platform: Platform;
const builds = new Map<string, Promise<Built>>();
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const policies = [
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
  'arn:aws:iam::aws:policy/AmazonS3FullAccess',
];

const has = (command: string) => {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`]);
    return true;
  } catch {
    return false;
  }
};
const pythons = ['3.14', '3.13', '3.12', '3.11', '3.10', '3.9'].filter((version) => fs.existsSync(`/usr/bin/python${version}`));
const skips: Record<string, string | false> = {
  node: false,
  python: pythons.length && has('python3') ? false : 'no /usr/bin/python3.x here',
  go: has('go') ? false : 'no Go toolchain here',
};

before(async () => {
  builds.set('node', buildNodeExample());
  if (!skips.python) builds.set('python', buildPythonExample(`python${pythons[0]}`));
  if (!skips.go) builds.set('go', buildGoExample());
  for (const build of builds.values()) build.catch(() => {});
  platform = await startPlatform();
});
after(() => platform?.stop());

const photograph = () =>
  sharp({ create: { width: 800, height: 600, channels: 3, background: { r: 200, g: 120, b: 30 } } })
    .jpeg()
    .toBuffer();

async function eventually<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const found = await attempt().catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what} did not come; the platform said:\n${platform.log().slice(-4000)}`);
}

async function checkThumbnail(bytes: Uint8Array): Promise<void> {
  const { format, width, height } = await sharp(bytes).metadata();
  assert.deepEqual({ format, width, height }, { format: 'jpeg', width: 128, height: 96 });
}

function checkLog(messages: readonly string[], name: string): void {
  const text = messages.join('\n');
  for (const expected of [
    /^START RequestId: [0-9a-f-]{36} Version: \$LATEST/m,
    new RegExp(`made ${name}-small/a cat\\.jpg`),
    /^END RequestId: /m,
    /^REPORT RequestId: .*Billed Duration: \d+ ms\tMemory Size: 512 MB\tMax Memory Used: \d+ MB/m,
  ]) {
    assert.match(text, expected);
  }
}

for (const language of ['node', 'python', 'go']) {
  test(`the thumbnail story in ${language}, told with the SDK`, { skip: skips[language] }, async () => {
    const config = { endpoint: platform.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    const [iam, lambda, s3, logs] = [
      new IAM(config),
      new Lambda(config),
      new S3({ ...config, forcePathStyle: true }),
      new CloudWatchLogs(config),
    ];
    const { runtime, handler, zip } = await builds.get(language)!;
    const name = `sdk-${language}`;
    const { Role } = await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: trust });
    for (const PolicyArn of policies) await iam.attachRolePolicy({ RoleName: name, PolicyArn });
    const { FunctionArn } = await lambda.createFunction({
      FunctionName: name,
      Role: Role!.Arn,
      Runtime: runtime as never,
      Handler: handler,
      MemorySize: 512,
      Timeout: 30,
      Code: { ZipFile: zip },
      Environment: { Variables: { THUMBNAILS: `${name}-small` } },
    });
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { FunctionName: name });
    for (const Bucket of [name, `${name}-small`]) await s3.createBucket({ Bucket });
    await lambda.addPermission({
      FunctionName: name,
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: `arn:aws:s3:::${name}`,
    });
    const LambdaFunctionConfigurations = [
      {
        LambdaFunctionArn: FunctionArn!,
        Events: ['s3:ObjectCreated:*' as const],
        Filter: { Key: { FilterRules: [{ Name: 'suffix' as const, Value: '.jpg' }] } },
      },
    ];
    await s3.putBucketNotificationConfiguration({ Bucket: name, NotificationConfiguration: { LambdaFunctionConfigurations } });
    await s3.putObject({ Bucket: name, Key: 'a cat.jpg', Body: await photograph() });
    await checkThumbnail(
      await eventually('the thumbnail', async () =>
        (await s3.getObject({ Bucket: `${name}-small`, Key: 'a cat.jpg' })).Body!.transformToByteArray(),
      ),
    );
    const messages = await eventually('the log', async () => {
      const { events } = await logs.filterLogEvents({ logGroupName: `/aws/lambda/${name}` });
      return events!.some(({ message }) => message!.startsWith('REPORT')) ? events!.map(({ message }) => message!) : undefined;
    });
    checkLog(messages, name);
  });

  test(`the thumbnail story in ${language}, told with the AWS CLI`, {
    skip: skips[language] || (!has('aws') && 'no AWS CLI here'),
  }, async () => {
    const aws = awsCli(platform.url);
    const { runtime, handler, zip } = await builds.get(language)!;
    const name = `cli-${language}`;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-cli-'));
    try {
      const [archive, photo, small] = ['code.zip', 'a cat.jpg', 'small.jpg'].map((file) => path.join(folder, file)) as [
        string,
        string,
        string,
      ];
      fs.writeFileSync(archive, zip);
      fs.writeFileSync(photo, await photograph());
      await aws('iam', 'create-role', '--role-name', name, '--assume-role-policy-document', trust);
      for (const arn of policies) await aws('iam', 'attach-role-policy', '--role-name', name, '--policy-arn', arn);
      const created = (await aws(
        'lambda',
        'create-function',
        '--function-name',
        name,
        '--runtime',
        runtime,
        '--handler',
        handler,
        '--memory-size',
        '512',
        '--timeout',
        '30',
        '--role',
        `arn:aws:iam::000000000000:role/${name}`,
        '--zip-file',
        `fileb://${archive}`,
        '--environment',
        `Variables={THUMBNAILS=${name}-small}`,
      )) as { FunctionArn: string };
      await aws('lambda', 'wait', 'function-active-v2', '--function-name', name);
      for (const bucket of [name, `${name}-small`]) await aws('s3', 'mb', `s3://${bucket}`);
      await aws(
        'lambda',
        'add-permission',
        '--function-name',
        name,
        '--statement-id',
        's3',
        '--action',
        'lambda:InvokeFunction',
        '--principal',
        's3.amazonaws.com',
        '--source-arn',
        `arn:aws:s3:::${name}`,
      );
      await aws(
        's3api',
        'put-bucket-notification-configuration',
        '--bucket',
        name,
        '--notification-configuration',
        JSON.stringify({
          LambdaFunctionConfigurations: [{ LambdaFunctionArn: created.FunctionArn, Events: ['s3:ObjectCreated:*'] }],
        }),
      );
      await aws('s3', 'cp', photo, `s3://${name}/`);
      await eventually('the thumbnail', async () => {
        await aws('s3', 'cp', `s3://${name}-small/a cat.jpg`, small);
        return true;
      });
      await checkThumbnail(fs.readFileSync(small));
      const messages = await eventually('the log', async () => {
        const { events } = (await aws('logs', 'filter-log-events', '--log-group-name', `/aws/lambda/${name}`)) as {
          events: { message: string }[];
        };
        return events.some(({ message }) => message.startsWith('REPORT')) ? events.map(({ message }) => message) : undefined;
      });
      checkLog(messages, name);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
}
