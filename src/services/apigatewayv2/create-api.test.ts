import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis } from './http-apis.fixture.ts';

const room = httpApis();

test('CreateApi answers AWS’s defaults and the address that works here', async () => {
  const made = await room.call('CreateApi', { Name: 'plain', ProtocolType: 'HTTP', Description: 'd', Tags: { a: '1' } });
  assert.match(made.ApiId, /^[a-z0-9]{10}$/);
  assert.equal(made.ApiEndpoint, `http://${made.ApiId}.execute-api.us-east-1.localhost:4566`);
  assert.deepEqual(
    [made.RouteSelectionExpression, made.ApiKeySelectionExpression, made.IpAddressType, made.DisableExecuteApiEndpoint],
    ['$request.method $request.path', '$request.header.x-api-key', 'ipv4', false],
  );
  assert.deepEqual([made.Tags, made.Description, made.CreatedDate instanceof Date], [{ a: '1' }, 'd', true]);
  assert.deepEqual((await room.call('GetStages', { ApiId: made.ApiId })).Items, []);
});

test('a quick create brings a route, its integration and a stage that deploys', async () => {
  const { ApiId } = await room.call('CreateApi', { Name: 'quick', ProtocolType: 'HTTP', Target: FUNCTION });
  const [route] = (await room.call('GetRoutes', { ApiId })).Items;
  const [integration] = (await room.call('GetIntegrations', { ApiId })).Items;
  const [stage] = (await room.call('GetStages', { ApiId })).Items;
  assert.deepEqual(
    [route.RouteKey, route.Target, route.ApiGatewayManaged],
    ['$default', `integrations/${integration.IntegrationId}`, true],
  );
  assert.deepEqual(
    [integration.IntegrationType, integration.PayloadFormatVersion, integration.TimeoutInMillis, integration.ApiGatewayManaged],
    ['AWS_PROXY', '2.0', 30000, true],
  );
  assert.deepEqual([stage.StageName, stage.AutoDeploy, stage.ApiGatewayManaged], ['$default', true, true]);
  assert.match(stage.LastDeploymentStatusMessage, /^Successfully deployed stage with deployment ID '[a-z0-9]{7}'$/);
  assert.equal((await room.find(ApiId))?.stages.get('$default')?.deployment?.match('GET', '/any')?.route.key, '$default');
  const web = await room.call('CreateApi', {
    Name: 'w',
    ProtocolType: 'HTTP',
    Target: 'https://example.com',
    RouteKey: 'GET /a',
  });
  assert.equal((await room.call('GetIntegrations', { ApiId: web.ApiId })).Items[0].IntegrationMethod, 'ANY');
  assert.equal((await room.call('GetRoutes', { ApiId: web.ApiId })).Items[0].RouteKey, 'GET /a');
});

test('what would not be enforced is refused by name', async () => {
  const create = (more: object) => room.call('CreateApi', { Name: 'x', ProtocolType: 'HTTP', ...more });
  const cases: [object, string, RegExp][] = [
    [{ ProtocolType: 'WEBSOCKET' }, 'NotImplemented', /WEBSOCKET/],
    [{ IpAddressType: 'dualstack' }, 'NotImplemented', /dualstack/],
    [{ CredentialsArn: 'arn:aws:iam::000000000000:role/r' }, 'BadRequestException', /need a Target/],
    [{ CredentialsArn: 'arn:aws:iam::0:role/r', Target: FUNCTION }, 'BadRequestException', /role ARN/],
    [{ Target: 'arn:aws:sqs:us-east-1:000000000000:q' }, 'BadRequestException', /integration URI/],
    [{ RouteKey: 'GET /' }, 'BadRequestException', /Target/],
    [{ RouteSelectionExpression: '$request.body.x' }, 'BadRequestException', /RouteSelectionExpression/],
    [{ CorsConfiguration: { AllowOrigins: ['nowhere'] } }, 'BadRequestException', /Invalid format for origin nowhere/],
    [{ CorsConfiguration: { AllowOrigins: ['https://*'] } }, 'NotImplemented', /AllowOrigins https/],
    [{ Tags: { 'aws:x': '1' } }, 'BadRequestException', /reserved/],
  ];
  for (const [more, code, text] of cases) assert.match((await refused(create(more), code)).message, text);
  const cors = { AllowCredentials: true, AllowOrigins: ['*'] };
  const failure = await refused(create({ CorsConfiguration: cors }), 'BadRequestException');
  assert.equal(failure.message, "allow-credentials is not supported if 'allow-origin' is *");
});
