/** AWS's managed policies that exist here, with what they really allow (of the services that exist here). */
export interface AwsPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly document: string;
}

type Allowed = readonly (readonly [actions: readonly string[], resource?: string])[];

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const VPC = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];
const XRAY = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:GetSamplingStatisticSummaries',
];
const STREAMS = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'];
const KINESIS = [
  'kinesis:DescribeStream',
  'kinesis:DescribeStreamSummary',
  'kinesis:GetRecords',
  'kinesis:GetShardIterator',
  'kinesis:ListShards',
  'kinesis:ListStreams',
  'kinesis:SubscribeToShard',
];
const KAFKA = [
  'kafka:DescribeCluster',
  'kafka:DescribeClusterV2',
  'kafka:GetBootstrapBrokers',
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeVpcs',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeSubnets',
  'ec2:DescribeSecurityGroups',
];
const READ = ['Get*', 'List*', 'Describe*', 'BatchGet*', 'Query', 'Scan', 'Filter*', 'Lookup*'];
const READ_SERVICES = [
  'lambda',
  's3',
  'iam',
  'logs',
  'sqs',
  'sns',
  'dynamodb',
  'kinesis',
  'events',
  'scheduler',
  'cloudwatch',
  'ecr',
];
const ECR_READ = [
  'ecr:GetAuthorizationToken',
  'ecr:BatchCheckLayerAvailability',
  'ecr:GetDownloadUrlForLayer',
  'ecr:GetRepositoryPolicy',
  'ecr:DescribeRepositories',
  'ecr:ListImages',
  'ecr:DescribeImages',
  'ecr:BatchGetImage',
  'ecr:GetLifecyclePolicy',
  'ecr:GetLifecyclePolicyPreview',
  'ecr:ListTagsForResource',
  'ecr:DescribeImageScanFindings',
];
const ECR_PUSH = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];
const MORE_READ = [
  'ecr:BatchCheck*',
  'apigateway:GET',
  'cloudformation:Describe*',
  'cloudformation:Get*',
  'cloudformation:List*',
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetResourcePolicy',
  'secretsmanager:List*',
  'ssm:Describe*',
  'ssm:Get*',
  'ssm:List*',
  'sts:GetAccessKeyInfo',
  'sts:GetCallerIdentity',
  'sts:GetSessionToken',
  'xray:BatchGet*',
  'xray:Get*',
];

const readsOf = (service: string) => READ.map((verb) => `${service}:${verb}`);

const policies: Readonly<Record<string, Allowed>> = {
  'service-role/AWSLambdaBasicExecutionRole': [[LOGS]],
  'service-role/AWSLambdaVPCAccessExecutionRole': [[[...LOGS, ...VPC]]],
  'service-role/AWSLambdaSQSQueueExecutionRole': [
    [['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', ...LOGS]],
  ],
  'service-role/AWSLambdaKinesisExecutionRole': [[[...KINESIS, ...LOGS]]],
  'service-role/AWSLambdaDynamoDBExecutionRole': [[[...STREAMS, ...LOGS]]],
  'service-role/AWSLambdaMSKExecutionRole': [[[...KAFKA, ...LOGS]]],
  'service-role/AWSLambdaRole': [[['lambda:InvokeFunction']]],
  AWSLambdaExecute: [
    [['logs:*'], 'arn:aws:logs:*:*:*'],
    [['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::*'],
  ],
  'AWSLambdaInvocation-DynamoDB': [[['lambda:InvokeFunction', ...STREAMS]]],
  AWSXRayDaemonWriteAccess: [[XRAY]],
  AWSXrayWriteOnlyAccess: [[XRAY]],
  AWSXRayReadOnlyAccess: [[['xray:BatchGet*', 'xray:Get*', 'xray:List*']]],
  CloudWatchLambdaInsightsExecutionRolePolicy: [
    [['logs:CreateLogGroup']],
    [['logs:CreateLogStream', 'logs:PutLogEvents'], 'arn:aws:logs:*:*:log-group:/aws/lambda-insights:*'],
  ],
  AWSLambda_FullAccess: [
    [
      [
        'cloudformation:DescribeStacks',
        'cloudformation:ListStackResources',
        'cloudwatch:ListMetrics',
        'cloudwatch:GetMetricData',
        'iam:GetPolicy',
        'iam:GetPolicyVersion',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:ListRoles',
        'lambda:*',
        'logs:DescribeLogGroups',
        'xray:GetTraceSummaries',
        'xray:BatchGetTraces',
      ],
    ],
    [['logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:FilterLogEvents'], 'arn:aws:logs:*:*:log-group:/aws/lambda/*'],
  ],
  AWSLambda_ReadOnlyAccess: [
    [['lambda:Get*', 'lambda:List*', 'logs:DescribeLogGroups', 'iam:GetRole', 'iam:ListRoles', 'cloudwatch:GetMetricData']],
    [['logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:FilterLogEvents'], 'arn:aws:logs:*:*:log-group:/aws/lambda/*'],
  ],
  AdministratorAccess: [[['*']]],
  ReadOnlyAccess: [[[...READ_SERVICES.flatMap(readsOf), ...MORE_READ]]],
  AmazonS3FullAccess: [[['s3:*', 's3-object-lambda:*']]],
  AmazonS3ReadOnlyAccess: [[['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*']]],
  AmazonDynamoDBFullAccess: [[['dynamodb:*', 'dax:*']]],
  AmazonDynamoDBReadOnlyAccess: [
    [
      [
        'BatchGetItem',
        'Describe*',
        'List*',
        'GetAbacStatus',
        'GetItem',
        'GetRecords',
        'GetResourcePolicy',
        'GetShardIterator',
        'Query',
        'Scan',
        'PartiQLSelect',
      ].map((action) => `dynamodb:${action}`),
    ],
  ],
  AmazonSQSFullAccess: [[['sqs:*']]],
  AmazonSQSReadOnlyAccess: [
    [['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ListDeadLetterSourceQueues', 'sqs:ListQueues', 'sqs:ListQueueTags']],
  ],
  AmazonSNSFullAccess: [[['sns:*']]],
  AmazonSNSReadOnlyAccess: [
    [['sns:GetTopicAttributes', 'sns:List*', 'sns:GetSubscriptionAttributes', 'sns:GetDataProtectionPolicy']],
  ],
  AmazonEC2ContainerRegistryFullAccess: [[['ecr:*', 'cloudtrail:LookupEvents']]],
  AmazonEC2ContainerRegistryPowerUser: [[[...ECR_READ, ...ECR_PUSH]]],
  AmazonEC2ContainerRegistryReadOnly: [[ECR_READ]],
  AmazonKinesisFullAccess: [[['kinesis:*']]],
  AmazonKinesisReadOnlyAccess: [[['kinesis:Get*', 'kinesis:List*', 'kinesis:Describe*']]],
  AmazonEventBridgeFullAccess: [[['events:*', 'schemas:*', 'scheduler:*', 'pipes:*']]],
  CloudWatchLogsFullAccess: [[['logs:*', 'cloudwatch:GenerateQuery']]],
  CloudWatchLogsReadOnlyAccess: [
    [
      [
        'logs:Describe*',
        'logs:Get*',
        'logs:List*',
        'logs:StartQuery',
        'logs:StopQuery',
        'logs:TestMetricFilter',
        'logs:FilterLogEvents',
        'logs:StartLiveTail',
        'logs:StopLiveTail',
      ],
    ],
  ],
  CloudWatchFullAccess: [[['cloudwatch:*', 'logs:*', 'sns:*']]],
  IAMReadOnlyAccess: [
    [['iam:GenerateCredentialReport', 'iam:Get*', 'iam:List*', 'iam:SimulateCustomPolicy', 'iam:SimulatePrincipalPolicy']],
  ],
  IAMFullAccess: [[['iam:*']]],
  SecretsManagerReadWrite: [[['secretsmanager:*', 'lambda:ListFunctions', 'tag:GetResources']]],
  AmazonSSMReadOnlyAccess: [[['ssm:Describe*', 'ssm:Get*', 'ssm:List*']]],
  AmazonAPIGatewayAdministrator: [[['apigateway:*'], 'arn:aws:apigateway:*::/*']],
  AmazonAPIGatewayInvokeFullAccess: [[['execute-api:Invoke', 'execute-api:ManageConnections'], 'arn:aws:execute-api:*:*:*']],
};

const POWER_USER = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['iam:CreateServiceLinkedRole', 'iam:DeleteServiceLinkedRole', 'iam:ListRoles', 'account:GetAccountInformation'],
      Resource: '*',
    },
  ],
};

const documentOf = (allowed: Allowed) => ({
  Version: '2012-10-17',
  Statement: allowed.map(([actions, resource]) => ({ Effect: 'Allow', Action: actions, Resource: resource ?? '*' })),
});

const all: ReadonlyMap<string, AwsPolicy> = new Map(
  [
    ...Object.entries(policies).map(([name, allowed]) => [name, documentOf(allowed)] as const),
    ['PowerUserAccess', POWER_USER] as const,
  ].map(([full, document], at) => {
    const arn = `arn:aws:iam::aws:policy/${full}`;
    const slash = full.lastIndexOf('/');
    const id = `ANPA${'A'.repeat(14)}${String.fromCharCode(65 + Math.floor(at / 26), 65 + (at % 26))}A`;
    return [
      arn,
      { name: full.slice(slash + 1), path: `/${full.slice(0, slash + 1)}`, arn, id, document: JSON.stringify(document) },
    ];
  }),
);

export function awsManagedPolicy(arn: string): AwsPolicy | undefined {
  return all.get(arn);
}

/** All of them, by ARN. */
export function awsManagedPolicies(): readonly AwsPolicy[] {
  return [...all.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1));
}
