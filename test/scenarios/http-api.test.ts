import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { ApiGatewayV2 } from '@aws-sdk/client-apigatewayv2';
import { type Issuer, openIssuer } from '../../src/gateway/issuer.fixture.ts';
import { clients, deploy } from '../support/deploy.ts';
import { type Platform, removeDirectory, startPlatform, temporaryDirectory } from '../support/platform.ts';
import { type RawRequest, raw } from '../support/raw.ts';
import { moduleZip, PROCESS_DRIVER, sdk } from '../support/sdk.ts';

const CODE = `export const handler = async (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
  cookies: ['seen=1'],
  body: JSON.stringify({ path: event.rawPath, body: event.body, sub: event.requestContext.authorizer?.jwt?.claims.sub }),
});`;
const directory = temporaryDirectory();
const page = { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };
let platform: Platform;
let issuer: Issuer;
let upstream: http.Server;
let ApiId: string;
let host: string;

const start = () =>
  startPlatform({ directory, config: `${PROCESS_DRIVER}[egress]\nallow = [{ to = "127.0.0.1" }, { to = "0.0.0.0/0" }]\n` });
const apiOf = () =>
  new ApiGatewayV2({
    endpoint: platform.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
const visit = (request: RawRequest) => raw(platform.url, { ...request, headers: { host, ...request.headers } });

before(async () => {
  issuer = await openIssuer();
  issuer.addKey('one', 'rsa');
  upstream = http.createServer((req, res) => res.end(`upstream ${req.method} ${req.url}`));
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  platform = await start();
});
after(async () => {
  await platform?.stop();
  removeDirectory(directory);
  issuer.close();
  upstream.closeAllConnections();
  upstream.close();
});

test('a shop: a function and another server behind one API, for pages of another origin', async () => {
  const arn = await deploy(clients(platform.url), 'cart', await moduleZip(CODE));
  const api = apiOf();
  const CorsConfiguration = { AllowOrigins: [page.origin], AllowMethods: ['GET', 'POST'], AllowHeaders: ['authorization'] };
  const made = await api.createApi({ Name: 'shop', ProtocolType: 'HTTP', Target: arn, CorsConfiguration });
  ApiId = made.ApiId!;
  host = new URL(made.ApiEndpoint!).host;
  await sdk(platform.url).lambda.addPermission({
    FunctionName: 'cart',
    StatementId: 'api',
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: `arn:aws:execute-api:us-east-1:000000000000:${ApiId}/*/*`,
  });
  const { port } = upstream.address() as AddressInfo;
  const web = await api.createIntegration({
    ApiId,
    IntegrationType: 'HTTP_PROXY',
    IntegrationUri: `http://127.0.0.1:${port}/v1/{proxy}`,
    IntegrationMethod: 'ANY',
  });
  await api.createRoute({ ApiId, RouteKey: 'GET /web/{proxy+}', Target: `integrations/${web.IntegrationId}` });
  const judge = await api.createAuthorizer({
    ApiId,
    Name: 'tokens',
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: issuer.url, Audience: ['shop'] },
  });
  const { Items = [] } = await api.getIntegrations({ ApiId });
  const cart = Items.find(({ ApiGatewayManaged }) => ApiGatewayManaged)!;
  await api.createRoute({
    ApiId,
    RouteKey: 'POST /orders',
    Target: `integrations/${cart.IntegrationId}`,
    AuthorizationType: 'JWT',
    AuthorizerId: judge.AuthorizerId,
  });
  const added = await visit({
    method: 'POST',
    path: '/cart',
    headers: { ...page, 'content-type': 'application/json' },
    body: '{"item":1}',
  });
  assert.deepEqual([added.status, JSON.parse(added.text)], [200, { path: '/cart', body: '{"item":1}' }]);
  assert.deepEqual([added.headers['access-control-allow-origin'], added.headers['set-cookie']], [page.origin, ['seen=1']]);
  assert.equal((await visit({ path: '/web/a%20b?q=1', headers: page })).text, 'upstream GET /v1/a%20b?q=1');
});

const token = () => issuer.token({ iss: issuer.url, aud: 'shop', sub: 'ada', exp: Math.floor(Date.now() / 1000) + 600 });
const order = (authorization?: string) =>
  visit({ method: 'POST', path: '/orders', headers: { ...page, ...(authorization && { authorization }) } });

test('orders want a token, and a page that may not ask hears nothing', async () => {
  assert.deepEqual([(await order()).status, (await order('Bearer x.y.z')).status], [401, 401]);
  const taken = await order(`Bearer ${token()}`);
  assert.deepEqual([taken.status, JSON.parse(taken.text).sub], [200, 'ada']);
  const headers = { ...page, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
  const asked = await visit({ method: 'OPTIONS', path: '/orders', headers });
  assert.deepEqual([asked.status, asked.headers['access-control-allow-headers']], [204, 'authorization']);
  const stranger = await visit({ method: 'OPTIONS', path: '/orders', headers: { ...headers, origin: 'https://evil.example' } });
  assert.equal(stranger.headers['access-control-allow-origin'], undefined);
});

test('signed routes are the account’s own', async () => {
  const api = apiOf();
  await api
    .createRoute({ ApiId, RouteKey: 'GET /signed', AuthorizationType: 'AWS_IAM', Target: 'integrations/none' })
    .catch(() => {});
  const { Items = [] } = await api.getIntegrations({ ApiId });
  const Target = `integrations/${Items.find(({ ApiGatewayManaged }) => ApiGatewayManaged)!.IntegrationId}`;
  await api.createRoute({ ApiId, RouteKey: 'GET /signed', AuthorizationType: 'AWS_IAM', Target });
  const claim = (key: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=${key}/20261121/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
    'x-amz-date': '20261121T110000Z',
  });
  const statuses = [];
  for (const headers of [claim('000000000000'), claim('111111111111'), {}])
    statuses.push((await visit({ path: '/signed', headers })).status);
  assert.deepEqual(statuses, [200, 403, 403]);
});

test('everything is there after a kill', async () => {
  await platform.kill();
  platform = await start();
  host = `${host.split(':')[0]}:${new URL(platform.url).port}`;
  assert.equal((await visit({ path: '/web/x' })).text, 'upstream GET /v1/x');
  assert.equal((await order(`Bearer ${token()}`)).status, 200);
  const { Items = [] } = await apiOf().getRoutes({ ApiId });
  assert.deepEqual(Items.map(({ RouteKey }) => RouteKey).sort(), [
    '$default',
    'GET /signed',
    'GET /web/{proxy+}',
    'POST /orders',
  ]);
});
