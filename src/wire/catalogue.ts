import type { ServiceName } from './contract.ts';

export type ProtocolName = 'restJson1' | 'restXml' | 'awsJson1_0' | 'awsJson1_1' | 'awsQuery' | 'rpcv2Cbor' | 'awsCbor1_1';

interface CatalogueEntry {
  /** Spoken by this service; the first is the answer's form when a request fits none. */
  readonly protocols: readonly ProtocolName[];
  /** Service part of the signing scope. */
  readonly signing: string;
  /** First label of the endpoint's host. */
  readonly host: string;
  /** Prefix of X-Amz-Target, or name in rpcv2 paths. */
  readonly target?: string;
  /** Version parameter of query requests. */
  readonly version?: string;
  /** Code of answers to violated constraints. */
  readonly validation: string;
  /** Code of what is the platform's fault; of what may go well when it is tried again, if that has a code of its own. */
  readonly fault: string;
  readonly unavailable?: string;
}

/** What tells the services apart on the wire (spec/backends.md §0). A table, so that recognising a request loads no model. */
export const catalogue: Readonly<Record<ServiceName, CatalogueEntry>> = {
  lambda: {
    protocols: ['restJson1'],
    signing: 'lambda',
    host: 'lambda',
    validation: 'ValidationException',
    fault: 'ServiceException',
  },
  s3: {
    protocols: ['restXml'],
    signing: 's3',
    host: 's3',
    validation: 'InvalidArgument',
    fault: 'InternalError',
    unavailable: 'ServiceUnavailable',
  },
  iam: {
    protocols: ['awsQuery'],
    signing: 'iam',
    host: 'iam',
    version: '2010-05-08',
    validation: 'ValidationError',
    fault: 'ServiceFailure',
  },
  sts: {
    protocols: ['awsQuery'],
    signing: 'sts',
    host: 'sts',
    version: '2011-06-15',
    validation: 'ValidationError',
    fault: 'InternalFailure',
    unavailable: 'ServiceUnavailable',
  },
  logs: {
    protocols: ['awsJson1_1'],
    signing: 'logs',
    host: 'logs',
    target: 'Logs_20140328',
    validation: 'InvalidParameterException',
    fault: 'InternalServerException',
    unavailable: 'ServiceUnavailableException',
  },
  sqs: {
    protocols: ['awsJson1_0', 'awsQuery'],
    signing: 'sqs',
    host: 'sqs',
    target: 'AmazonSQS',
    version: '2012-11-05',
    validation: 'InvalidParameterValueException',
    fault: 'InternalFailure',
    unavailable: 'ServiceUnavailable',
  },
  sns: {
    protocols: ['awsQuery'],
    signing: 'sns',
    host: 'sns',
    version: '2010-03-31',
    validation: 'ValidationError',
    fault: 'InternalErrorException',
  },
  dynamodb: {
    protocols: ['awsJson1_0'],
    signing: 'dynamodb',
    host: 'dynamodb',
    target: 'DynamoDB_20120810',
    validation: 'ValidationException',
    fault: 'InternalServerError',
  },
  dynamodbstreams: {
    protocols: ['awsJson1_0'],
    signing: 'dynamodb',
    host: 'streams',
    target: 'DynamoDBStreams_20120810',
    validation: 'ValidationException',
    fault: 'InternalServerError',
  },
  kinesis: {
    protocols: ['awsJson1_1', 'awsCbor1_1'],
    signing: 'kinesis',
    host: 'kinesis',
    target: 'Kinesis_20131202',
    validation: 'ValidationException',
    fault: 'InternalFailureException',
  },
  events: {
    protocols: ['awsJson1_1'],
    signing: 'events',
    host: 'events',
    target: 'AWSEvents',
    validation: 'ValidationException',
    fault: 'InternalException',
  },
  scheduler: {
    protocols: ['restJson1'],
    signing: 'scheduler',
    host: 'scheduler',
    validation: 'ValidationException',
    fault: 'InternalServerException',
  },
  monitoring: {
    protocols: ['awsJson1_0', 'awsQuery', 'rpcv2Cbor'],
    signing: 'monitoring',
    host: 'monitoring',
    target: 'GraniteServiceVersion20100801',
    version: '2010-08-01',
    validation: 'ValidationError',
    fault: 'InternalServiceFault',
  },
  apigatewayv2: {
    protocols: ['restJson1'],
    signing: 'apigateway',
    host: 'apigateway',
    validation: 'BadRequestException',
    fault: 'InternalServerErrorException',
    unavailable: 'ServiceUnavailableException',
  },
  ssm: {
    protocols: ['awsJson1_1'],
    signing: 'ssm',
    host: 'ssm',
    target: 'AmazonSSM',
    validation: 'ValidationException',
    fault: 'InternalServerError',
  },
  secretsmanager: {
    protocols: ['awsJson1_1'],
    signing: 'secretsmanager',
    host: 'secretsmanager',
    target: 'secretsmanager',
    validation: 'ValidationException',
    fault: 'InternalServiceError',
  },
  cloudformation: {
    protocols: ['awsQuery'],
    signing: 'cloudformation',
    host: 'cloudformation',
    version: '2010-05-15',
    validation: 'ValidationError',
    fault: 'InternalFailure',
    unavailable: 'ServiceUnavailable',
  },
  ecr: {
    protocols: ['awsJson1_1'],
    signing: 'ecr',
    host: 'ecr',
    target: 'AmazonEC2ContainerRegistry_V20150921',
    validation: 'InvalidParameterException',
    fault: 'ServerException',
  },
};

export const serviceNames = Object.keys(catalogue) as readonly ServiceName[];

function indexBy(key: 'signing' | 'host' | 'target' | 'version'): ReadonlyMap<string, ServiceName> {
  const index = new Map<string, ServiceName>();
  for (const name of serviceNames) {
    const value = catalogue[name][key];
    if (value !== undefined && !index.has(value)) index.set(value, name);
  }
  return index;
}

export const bySigningName = indexBy('signing');
export const byHost = indexBy('host');
export const byTarget = indexBy('target');
export const byVersion = indexBy('version');
