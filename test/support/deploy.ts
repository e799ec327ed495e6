import { IAM } from '@aws-sdk/client-iam';
import { type CreateFunctionRequest, Lambda, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';

export interface Clients {
  readonly iam: IAM;
  readonly lambda: Lambda;
  readonly s3: S3;
}

/** The real SDK clients, pointed at a platform. */
export function clients(url: string, credentials = { accessKeyId: 'test', secretAccessKey: 'test' }): Clients {
  const config = { endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 };
  return { iam: new IAM(config), lambda: new Lambda(config), s3: new S3({ ...config, forcePathStyle: true }) };
}

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/** A role with these managed policies; resolves to its ARN. */
export async function createRole({ iam }: Clients, name: string, policies: readonly string[] = []): Promise<string> {
  const { Role } = await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) });
  for (const policy of policies) await iam.attachRolePolicy({ RoleName: name, PolicyArn: `arn:aws:iam::aws:policy/${policy}` });
  return Role!.Arn!;
}

/** A function that is active when this resolves; role and settings default to something that works. Resolves to its ARN. */
export async function deploy(
  of: Clients,
  name: string,
  zip: Uint8Array,
  settings: Partial<CreateFunctionRequest> = {},
): Promise<string> {
  const Role = settings.Role ?? (await createRole(of, name, ['service-role/AWSLambdaBasicExecutionRole', 'AmazonS3FullAccess']));
  const { FunctionArn } = await of.lambda.createFunction({
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { ZipFile: zip },
    ...settings,
    Role,
  });
  await waitUntilFunctionActiveV2({ client: of.lambda, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { FunctionName: name });
  return FunctionArn!;
}
