import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiGatewayV2 } from '@aws-sdk/client-apigatewayv2';
import { awsCli } from '../support/aws-cli.ts';
import { noAwsCli } from '../support/aws-shell.ts';
import { clients, deploy } from '../support/deploy.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { type RawRequest, raw } from '../support/raw.ts';
import { eventually, moduleZip, PROCESS_DRIVER, refused, sdk } from '../support/sdk.ts';

const CODE = `export const handler = async (event) => {
  if (event.type === 'REQUEST') return { isAuthorized: event.headers['x-key'] === 'good', context: { who: 'me' } };
  if (event.rawPath?.endsWith('/fail')) throw new Error('no');
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
};`;
let platform: Platform;
let api: ApiGatewayV2;
let FunctionArn: string;

before(async () => {
  platform = await startPlatform({ config: PROCESS_DRIVER });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  api = new ApiGatewayV2({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  FunctionArn = await deploy(clients(platform.url), 'web', await moduleZip(CODE));
});
after(() => platform?.stop());

const visit = (endpoint: string, request: RawRequest) =>
  raw(platform.url, { ...request, headers: { host: new URL(endpoint).host, ...request.headers } });
const permit = (SourceArn: string, StatementId: string) =>
  sdk(platform.url).lambda.addPermission({
    FunctionName: 'web',
    StatementId,
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn,
  });

test('a quick create is an API that answers, once its function lets it in', async () => {
  const made = await api.createApi({
    Name: 'quick',
    ProtocolType: 'HTTP',
    Target: FunctionArn,
    CorsConfiguration: { AllowOrigins: ['https://a.example'] },
  });
  assert.match(made.ApiEndpoint!, new RegExp(`^http://${made.ApiId}\\.execute-api\\.us-east-1\\.localhost:\\d+$`));
  const before = await visit(made.ApiEndpoint!, { path: '/' });
  assert.deepEqual([before.status, before.text], [500, '{"message":"Internal Server Error"}']);
  await permit(`arn:aws:execute-api:us-east-1:000000000000:${made.ApiId}/*/$default`, 'quick');
  const answer = await visit(made.ApiEndpoint!, { path: '/any/path?x=1', headers: { origin: 'https://a.example' } });
  assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, 'https://a.example']);
  const event = JSON.parse(answer.text);
  assert.deepEqual(
    [event.version, event.routeKey, event.rawPath, event.requestContext.apiId],
    ['2.0', '$default', '/any/path', made.ApiId],
  );
  assert.equal((await visit(made.ApiEndpoint!, { path: '/fail' })).status, 500);
  const byPath = await raw(platform.url, { path: `/_dalamb/execute-api/${made.ApiId}/$default/x` });
  assert.deepEqual([byPath.status, byPath.headers['content-security-policy']], [200, 'sandbox']);
  const preflight = { origin: 'https://a.example', 'access-control-request-method': 'GET' };
  assert.equal((await visit(made.ApiEndpoint!, { method: 'OPTIONS', path: '/', headers: preflight })).status, 204);
  await api.updateApi({ ApiId: made.ApiId, DisableExecuteApiEndpoint: true });
  assert.equal((await visit(made.ApiEndpoint!, { path: '/' })).status, 404);
  await api.deleteApi({ ApiId: made.ApiId });
  await refused(
    api.getApi({ ApiId: made.ApiId }),
    'NotFoundException',
    `Invalid API identifier specified 000000000000:${made.ApiId}`,
    404,
  );
});

test('the whole of an API: routes, stages, deployments, authorizers, logs, throttles, tags', async () => {
  const { ApiId, ApiEndpoint } = await api.createApi({ Name: 'whole', ProtocolType: 'HTTP', Tags: { a: '1' } });
  await permit(`arn:aws:execute-api:us-east-1:000000000000:${ApiId}/*`, 'whole');
  const { IntegrationId } = await api.createIntegration({
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: FunctionArn,
    PayloadFormatVersion: '2.0',
  });
  const { AuthorizerId } = await api.createAuthorizer({
    ApiId,
    Name: 'judge',
    AuthorizerType: 'REQUEST',
    AuthorizerUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FunctionArn}/invocations`,
    AuthorizerPayloadFormatVersion: '2.0',
    EnableSimpleResponses: true,
    IdentitySource: ['$request.header.x-key'],
    AuthorizerResultTtlInSeconds: 300,
  });
  const Target = `integrations/${IntegrationId}`;
  const { RouteId } = await api.createRoute({ ApiId, RouteKey: 'GET /pets/{id}', Target });
  await api.createRoute({ ApiId, RouteKey: 'ANY /safe', Target, AuthorizationType: 'CUSTOM', AuthorizerId });
  await refused(
    api.createRoute({ ApiId, RouteKey: 'ANY /safe' }),
    'ConflictException',
    'Route with key ANY /safe already exists for this API',
    409,
  );
  const { DeploymentId } = await api.createDeployment({ ApiId });
  const log = {
    DestinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:access',
    Format: '$context.requestId $context.routeKey $context.status',
  };
  const stage = await api.createStage({
    ApiId,
    StageName: 'prod',
    DeploymentId,
    StageVariables: { v: '1' },
    AccessLogSettings: log,
  });
  assert.deepEqual(
    [stage.StageVariables, stage.DeploymentId, stage.CreatedDate instanceof Date],
    [{ v: '1' }, DeploymentId, true],
  );
  const pet = await visit(ApiEndpoint!, { path: '/prod/pets/7' });
  const event = JSON.parse(pet.text);
  assert.deepEqual([event.rawPath, event.pathParameters, event.stageVariables], ['/prod/pets/7', { id: '7' }, { v: '1' }]);
  const safe = (key: string) => visit(ApiEndpoint!, { path: '/prod/safe', headers: { 'x-key': key } });
  assert.deepEqual([(await safe('good')).status, (await safe('bad')).status], [200, 403]);
  assert.equal((await visit(ApiEndpoint!, { path: '/prod/safe' })).status, 401);
  await api.updateStage({
    ApiId,
    StageName: 'prod',
    RouteSettings: { 'GET /pets/{id}': { ThrottlingBurstLimit: 0, ThrottlingRateLimit: 0 } },
  });
  assert.equal((await visit(ApiEndpoint!, { path: '/prod/pets/7' })).status, 429);
  await api.deleteRouteSettings({ ApiId, StageName: 'prod', RouteKey: 'GET /pets/{id}' });
  await api.updateRoute({ ApiId, RouteId, RouteKey: 'GET /animals/{id}' });
  assert.equal((await visit(ApiEndpoint!, { path: '/prod/animals/7' })).status, 404);
  await api.createDeployment({ ApiId, StageName: 'prod' });
  assert.equal((await visit(ApiEndpoint!, { path: '/prod/animals/7' })).status, 200);
  const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${ApiId}`;
  await api.tagResource({ ResourceArn, Tags: { b: '2' } });
  await api.untagResource({ ResourceArn, TagKeys: ['a'] });
  assert.deepEqual((await api.getTags({ ResourceArn })).Tags, { b: '2' });
  assert.deepEqual((await api.getRoutes({ ApiId, MaxResults: '1' })).Items?.length, 1);
  const { body } = await api.exportApi({ ApiId, Specification: 'OAS30', OutputType: 'JSON' });
  const again = await api.importApi({ Body: Buffer.from(body!).toString() });
  assert.deepEqual([again.Name, (await api.getRoutes({ ApiId: again.ApiId })).Items?.length], ['whole', 2]);
  await api.reimportApi({ ApiId: again.ApiId, Body: JSON.stringify({ openapi: '3.0.1', info: { title: 'empty' }, paths: {} }) });
  assert.equal((await api.getRoutes({ ApiId: again.ApiId })).Items?.length, 0);
  await refused(api.createApi({ Name: 'ws', ProtocolType: 'WEBSOCKET' }), 'NotImplemented', /ProtocolType WEBSOCKET/, 501);
  await refused(api.deleteIntegration({ ApiId, IntegrationId }), 'ConflictException', '', 409);
  const lines = await eventually('the access log', async () => {
    const found = await sdk(platform.url)
      .logs.filterLogEvents({ logGroupName: 'access' })
      .catch(() => undefined);
    return found?.events?.some(({ message }) => / GET \/animals\/\{id\} 200$/.test(message!.trim())) ? found.events : undefined;
  });
  assert.ok(lines.some(({ message }) => / ANY \/safe 403$/.test(message!.trim())));
});

test('routes of AWS_IAM take real signatures, and let roles do what their policies say', async () => {
  const { iam, sts } = sdk(platform.url);
  const { ApiId, ApiEndpoint } = await api.createApi({ Name: 'iam', ProtocolType: 'HTTP' });
  await permit(`arn:aws:execute-api:us-east-1:000000000000:${ApiId}/*`, 'iam');
  const { IntegrationId } = await api.createIntegration({
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: FunctionArn,
    PayloadFormatVersion: '2.0',
  });
  await api.createRoute({
    ApiId,
    RouteKey: 'ANY /{proxy+}',
    Target: `integrations/${IntegrationId}`,
    AuthorizationType: 'AWS_IAM',
  });
  await api.createStage({ ApiId, StageName: '$default', AutoDeploy: true });
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' },
  };
  const { Role } = await iam.createRole({ RoleName: 'caller', AssumeRolePolicyDocument: JSON.stringify(trust) });
  const Resource = `arn:aws:execute-api:us-east-1:000000000000:${ApiId}/$default/POST/may/*`;
  const allow = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'execute-api:Invoke', Resource } };
  await iam.putRolePolicy({ RoleName: 'caller', PolicyName: 'p', PolicyDocument: JSON.stringify(allow) });
  const { Credentials: given } = await sts.assumeRole({ RoleArn: Role!.Arn!, RoleSessionName: 'session' });
  const credentials = {
    accessKeyId: given!.AccessKeyId!,
    secretAccessKey: given!.SecretAccessKey!,
    sessionToken: given!.SessionToken!,
  };
  const { lambda } = sdk(platform.url, credentials);
  const signer = await lambda.config.signer({
    name: 'sigv4',
    signingName: 'execute-api',
    signingRegion: 'us-east-1',
    properties: {},
  });
  const { host, hostname, port } = new URL(ApiEndpoint!);
  const ask = async (path: string, body: string, sent = body) => {
    const request = {
      method: 'POST',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path,
      query: { q: 'a b' },
      headers: { host },
      body,
    };
    const { headers } = await signer.sign(request);
    return visit(ApiEndpoint!, { method: 'POST', path: `${path}?q=a%20b`, headers, body: sent });
  };
  const done = await ask('/may/a%20b', 'text');
  assert.equal(done.status, 200, done.text);
  const event = JSON.parse(done.text);
  assert.match(event.requestContext.authorizer.iam.userArn, /^arn:aws:sts::000000000000:assumed-role\/caller\/session$/);
  assert.deepEqual([(await ask('/not', 'text')).status, (await ask('/may/x', 'text', 'other')).status], [403, 403]);
});

test('roles need the right to each path of the control plane', async () => {
  const { iam, sts } = sdk(platform.url);
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' },
  };
  const { Role } = await iam.createRole({ RoleName: 'builder', AssumeRolePolicyDocument: JSON.stringify(trust) });
  const { Credentials: given } = await sts.assumeRole({ RoleArn: Role!.Arn!, RoleSessionName: 'session' });
  const credentials = {
    accessKeyId: given!.AccessKeyId!,
    secretAccessKey: given!.SecretAccessKey!,
    sessionToken: given!.SessionToken!,
  };
  const its = new ApiGatewayV2({ endpoint: platform.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const denied = /not authorized to perform: apigateway:POST on resource: arn:aws:apigateway:us-east-1::\/apis because/;
  await refused(its.createApi({ Name: 'x', ProtocolType: 'HTTP' }), 'AccessDeniedException', denied, 403);
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonAPIGatewayAdministrator';
  await iam.attachRolePolicy({ RoleName: 'builder', PolicyArn });
  const { ApiId } = await its.createApi({ Name: 'x', ProtocolType: 'HTTP', Tags: { a: '1' } });
  const Resource = `arn:aws:apigateway:us-east-1::/apis/${ApiId}/routes`;
  const deny = { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: 'apigateway:*', Resource } };
  await iam.putRolePolicy({ RoleName: 'builder', PolicyName: 'p', PolicyDocument: JSON.stringify(deny) });
  await refused(its.createRoute({ ApiId, RouteKey: 'GET /' }), 'AccessDeniedException', /explicit deny/, 403);
  assert.equal((await its.getApi({ ApiId })).Name, 'x');
});

test('a role of the account may call the function, if it may be assumed and may invoke', async () => {
  const { iam } = sdk(platform.url);
  const trust = (Service: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' } });
  const { Role } = await iam.createRole({ RoleName: 'gate', AssumeRolePolicyDocument: trust('lambda.amazonaws.com') });
  const quick = { Name: 'role', ProtocolType: 'HTTP', Target: FunctionArn, CredentialsArn: Role!.Arn! } as const;
  const { ApiEndpoint } = await api.createApi(quick);
  const status = async () => (await visit(ApiEndpoint!, { path: '/' })).status;
  assert.equal(await status(), 500);
  await iam.updateAssumeRolePolicy({ RoleName: 'gate', PolicyDocument: trust('apigateway.amazonaws.com') });
  assert.equal(await status(), 500);
  const allow = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: FunctionArn } };
  await iam.putRolePolicy({ RoleName: 'gate', PolicyName: 'p', PolicyDocument: JSON.stringify(allow) });
  assert.equal(await status(), 200);
});

test('the command line makes and reads the same', { skip: noAwsCli }, async () => {
  const aws = awsCli(platform.url);
  // biome-ignore lint/suspicious/noExplicitAny: whatever the command prints
  const run = (...args: string[]) => aws('apigatewayv2', ...args) as Promise<any>;
  const made = await run(
    'create-api',
    '--name',
    'cli',
    '--protocol-type',
    'HTTP',
    '--target',
    FunctionArn,
    '--cors-configuration',
    'AllowOrigins=*',
  );
  assert.deepEqual(
    [made.Name, made.CorsConfiguration.AllowOrigins, made.RouteSelectionExpression],
    ['cli', ['*'], '$request.method $request.path'],
  );
  const read = await run('get-stage', '--api-id', made.ApiId, '--stage-name', '$default');
  assert.deepEqual([read.AutoDeploy, read.ApiGatewayManaged], [true, true]);
  assert.match(read.CreatedDate, /^\d{4}-\d\d-\d\dT/);
  await assert.rejects(
    run('get-route', '--api-id', made.ApiId, '--route-id', 'none'),
    /\(NotFoundException\).*Invalid Route identifier specified none/,
  );
});
