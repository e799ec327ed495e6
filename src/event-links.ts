import { createHash } from 'node:crypto';
import { fail, isFailure } from './kernel/index.ts';
import { type ControlRequest, type ControlRoute, type Operate, type OperateAt, type Place, parseArn } from './model/index.ts';

/** What `POST /event-sources` takes: a source in one line, the function that it runs, and what its events must look like. */
export interface LinkRequest {
  /** `order.*`, `events:order.*`, `schedule:rate(5 minutes)`, `s3:BUCKET/PREFIX*SUFFIX`, `sqs:QUEUE`, `dynamodb:TABLE`, `kinesis:STREAM`, `sns:TOPIC`, `http:GET /path`, or an ARN. */
  readonly source: string;
  readonly function: string;
  readonly where?: Readonly<Record<string, unknown>>;
}

export interface Link {
  readonly source: string;
  readonly function: string;
  /** What was made of it: a rule, a mapping, a subscription, a notification, a route. */
  readonly made: string;
  /** Where an HTTP route answers. */
  readonly url?: string;
}

interface Linking extends Place {
  readonly operate: Operate;
  /** What follows the scheme. */
  readonly what: string;
  readonly arn: string;
  readonly where: LinkRequest['where'];
}

type Linker = (linking: Linking) => Promise<Omit<Link, 'source' | 'function'>>;

/** One line for a rule, a mapping, a notification; AWS's own resources underneath. */
export function linkRoutes(operator: OperateAt): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/event-sources',
      summary: 'runs a function on the events of a source: source, function, where',
      handle: (request) => link(operator, request),
    },
  ];
}

async function link(operator: OperateAt, { body, place }: ControlRequest): Promise<Link> {
  const { source, function: name, where } = (body ?? {}) as Partial<LinkRequest>;
  if (typeof source !== 'string' || typeof name !== 'string') throw fail('InvalidRequest', 'source and function are texts');
  if (where !== undefined && (typeof where !== 'object' || where === null || Array.isArray(where)))
    throw fail('InvalidRequest', 'where is a JSON object');
  const operate = operator(place);
  const { Configuration } = await operate<{ Configuration: { FunctionArn: string } }>('lambda', 'GetFunction', {
    FunctionName: name,
  });
  const { kind, what } = readSource(source, place);
  const linker = linkers[kind];
  if (!linker) throw fail('InvalidRequest', `a source begins with one of ${Object.keys(linkers).join(', ')}`);
  const made = await linker({ ...place, operate, what, arn: Configuration.FunctionArn, where });
  return { source, function: name, ...made };
}

/** Services whose ARNs are sources. */
const BY_ARN = new Set(['s3', 'sqs', 'sns', 'kinesis', 'dynamodb']);

function readSource(source: string, place: Place): { kind: string; what: string } {
  const arn = parseArn(source);
  if (arn && BY_ARN.has(arn.service)) return { kind: arn.service, what: arnWhat(arn.service, arn.resource) };
  const scheme = /^(events|schedule|s3|sqs|dynamodb|kinesis|sns|http):(.+)$/s.exec(source);
  if (scheme) return { kind: scheme[1]!, what: scheme[2]! };
  if (source.includes(':')) throw fail('InvalidRequest', `${source} is no source known here (${place.region})`);
  return { kind: 'events', what: source };
}

/** `table/NAME`, `stream/NAME` or the name itself. */
function arnWhat(service: string, resource: string): string {
  return service === 'dynamodb' || service === 'kinesis' ? (resource.split('/')[1] ?? resource) : resource;
}

const linkers: Readonly<Record<string, Linker>> = {
  events: linkRule,
  schedule: linkSchedule,
  s3: linkBucket,
  sqs: linkQueue,
  dynamodb: linkTable,
  kinesis: linkStream,
  sns: linkTopic,
  http: linkRoute,
};

async function linkRule(linking: Linking) {
  const { what, where } = linking;
  const type = what.includes('*') ? { wildcard: what } : what;
  const pattern = { 'detail-type': [type], ...(where && { detail: where }) };
  return putRule(linking, { EventPattern: JSON.stringify(pattern) });
}

async function linkSchedule(linking: Linking) {
  refuseWhere(linking, 'schedule');
  return putRule(linking, { ScheduleExpression: linking.what });
}

async function putRule({ operate, arn, what }: Linking, trigger: object) {
  const Name = nameOf('on', what, arn, JSON.stringify(trigger));
  const { RuleArn } = await operate<{ RuleArn: string }>('events', 'PutRule', { Name, ...trigger });
  await operate('events', 'PutTargets', { Rule: Name, Targets: [{ Id: 'function', Arn: arn }] });
  await permit(operate, { arn, service: 'events', sourceArn: RuleArn });
  return { made: RuleArn };
}

async function linkBucket(linking: Linking) {
  refuseWhere(linking, 's3');
  const { operate, what, arn, account } = linking;
  const [bucket = '', ...rest] = what.split('/');
  const [prefix = '', suffix = ''] = rest.join('/').split('*');
  const rules = [
    ...(prefix === '' ? [] : [{ Name: 'prefix', Value: prefix }]),
    ...(suffix === '' ? [] : [{ Name: 'suffix', Value: suffix }]),
  ];
  await permit(operate, { arn, service: 's3', sourceArn: `arn:aws:s3:::${bucket}`, account });
  const known = await operate<Record<string, unknown[] | undefined>>('s3', 'GetBucketNotificationConfiguration', {
    Bucket: bucket,
  });
  const id = nameOf('on', what, arn);
  const others = (known.LambdaFunctionConfigurations ?? []).filter((one) => (one as { Id?: string }).Id !== id);
  const mine = { Id: id, LambdaFunctionArn: arn, Events: ['s3:ObjectCreated:*'], Filter: { Key: { FilterRules: rules } } };
  const NotificationConfiguration = { ...known, LambdaFunctionConfigurations: [...others, mine] };
  await operate('s3', 'PutBucketNotificationConfiguration', { Bucket: bucket, NotificationConfiguration });
  return { made: `notification ${id} of arn:aws:s3:::${bucket}` };
}

async function linkQueue(linking: Linking) {
  const { account, region, what } = linking;
  return map(linking, { EventSourceArn: `arn:aws:sqs:${region}:${account}:${what}` });
}

async function linkStream(linking: Linking) {
  const { account, region, what } = linking;
  return map(linking, { EventSourceArn: `arn:aws:kinesis:${region}:${account}:stream/${what}`, StartingPosition: 'LATEST' });
}

/** A table without a stream gets one, with both images. */
async function linkTable(linking: Linking) {
  const { operate, what } = linking;
  const describe = async () =>
    (
      await operate<{ Table: { StreamSpecification?: { StreamEnabled?: boolean }; LatestStreamArn?: string } }>(
        'dynamodb',
        'DescribeTable',
        { TableName: what },
      )
    ).Table;
  let table = await describe();
  if (!table.StreamSpecification?.StreamEnabled) {
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
    await operate('dynamodb', 'UpdateTable', { TableName: what, StreamSpecification });
    table = await describe();
  }
  return map(linking, { EventSourceArn: table.LatestStreamArn!, StartingPosition: 'LATEST' });
}

/** What where is about, in a record of each kind of source. */
const DATA = { sqs: 'body', kinesis: 'data', dynamodb: 'dynamodb' };

async function map({ operate, arn, where }: Linking, source: { EventSourceArn: string; StartingPosition?: string }) {
  const data = DATA[parseArn(source.EventSourceArn)?.service as keyof typeof DATA];
  const filter = where === undefined ? {} : { FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ [data]: where }) }] } };
  const { UUID } = await operate<{ UUID: string }>('lambda', 'CreateEventSourceMapping', {
    ...source,
    ...filter,
    FunctionName: arn,
  });
  return { made: `mapping ${UUID}` };
}

async function linkTopic({ operate, what, arn, account, region, where }: Linking) {
  const TopicArn = `arn:aws:sns:${region}:${account}:${what}`;
  await permit(operate, { arn, service: 'sns', sourceArn: TopicArn });
  const Attributes =
    where === undefined ? {} : { Attributes: { FilterPolicy: JSON.stringify(where), FilterPolicyScope: 'MessageBody' } };
  const { SubscriptionArn } = await operate<{ SubscriptionArn: string }>('sns', 'Subscribe', {
    TopicArn,
    Protocol: 'lambda',
    Endpoint: arn,
    ...Attributes,
  });
  return { made: SubscriptionArn };
}

/** All routes of an environment that are made this way belong to one HTTP API. */
async function linkRoute(linking: Linking) {
  refuseWhere(linking, 'http');
  const { operate, what, arn, account, region } = linking;
  const { Items } = await operate<{ Items?: { ApiId: string; Name: string; ApiEndpoint: string }[] }>(
    'apigatewayv2',
    'GetApis',
    {},
  );
  const api =
    Items?.find(({ Name }) => Name === 'dalamb') ??
    (await operate<{ ApiId: string; Name: string; ApiEndpoint: string }>('apigatewayv2', 'CreateApi', {
      Name: 'dalamb',
      ProtocolType: 'HTTP',
    }));
  const { ApiId } = api;
  const { Items: stages } = await operate<{ Items?: { StageName: string }[] }>('apigatewayv2', 'GetStages', { ApiId });
  if (!stages?.length) await operate('apigatewayv2', 'CreateStage', { ApiId, StageName: '$default', AutoDeploy: true });
  const { IntegrationId } = await operate<{ IntegrationId: string }>('apigatewayv2', 'CreateIntegration', {
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: arn,
    PayloadFormatVersion: '2.0',
  });
  await operate('apigatewayv2', 'CreateRoute', { ApiId, RouteKey: what, Target: `integrations/${IntegrationId}` });
  await permit(operate, { arn, service: 'apigateway', sourceArn: `arn:aws:execute-api:${region}:${account}:${ApiId}/*` });
  return { made: `route ${what} of ${ApiId}`, url: api.ApiEndpoint };
}

function refuseWhere({ where }: Linking, kind: string): void {
  if (where !== undefined) throw fail('InvalidRequest', `a source of kind ${kind} has no where`);
}

/** Lets a service invoke the function for one source; that it may already is fine. */
async function permit(
  operate: Operate,
  { arn, service, sourceArn, account }: { arn: string; service: string; sourceArn: string; account?: string },
): Promise<void> {
  try {
    await operate('lambda', 'AddPermission', {
      FunctionName: arn,
      StatementId: nameOf('on', service, sourceArn),
      Action: 'lambda:InvokeFunction',
      Principal: `${service}.amazonaws.com`,
      SourceArn: sourceArn,
      ...(account === undefined ? {} : { SourceAccount: account }),
    });
  } catch (error) {
    if (!isFailure(error, 'ResourceConflictException')) throw error;
  }
}

/** A name that is the same every time, readable and unique. */
function nameOf(...parts: readonly string[]): string {
  const readable = parts
    .slice(0, 2)
    .join('-')
    .replace(/[^A-Za-z0-9_-]+/g, '-');
  const hash = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12);
  return `${readable.slice(0, 48)}-${hash}`;
}
