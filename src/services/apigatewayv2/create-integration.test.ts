import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../../../test/support/s3-room.ts';
import { FUNCTION, httpApis, stranger } from './http-apis.fixture.ts';

const room = httpApis();

test('integrations to functions and URLs have AWS’s defaults', async () => {
  const ApiId = await room.api();
  const make = (more: object) => room.call('CreateIntegration', { ApiId, ...more });
  const wrapped = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`;
  const lambda = await make({ IntegrationType: 'AWS_PROXY', IntegrationUri: wrapped, PayloadFormatVersion: '1.0' });
  assert.deepEqual(
    [lambda.IntegrationMethod, lambda.ConnectionType, lambda.TimeoutInMillis, lambda.IntegrationUri],
    ['POST', 'INTERNET', 30000, wrapped],
  );
  const web = await make({
    IntegrationType: 'HTTP_PROXY',
    IntegrationUri: 'https://example.com/{proxy}',
    IntegrationMethod: 'ANY',
  });
  assert.deepEqual([web.PayloadFormatVersion, web.IntegrationMethod], ['1.0', 'ANY']);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: AWS's own form
  const staged = 'arn:aws:lambda:us-east-1:000000000000:function:${stageVariables.fn}';
  await make({ IntegrationType: 'AWS_PROXY', IntegrationUri: staged, PayloadFormatVersion: '2.0' });
  await refused(make({ IntegrationType: 'HTTP_PROXY' }), 'BadRequestException');
  await refused(room.call('CreateIntegration', { ApiId, IntegrationType: 'AWS_PROXY' }, stranger), 'BadRequestException');
});

test('what is not served is refused by name', async () => {
  const ApiId = await room.api();
  const lambda = { IntegrationType: 'AWS_PROXY', IntegrationUri: FUNCTION, PayloadFormatVersion: '2.0' };
  const web = { IntegrationType: 'HTTP_PROXY', IntegrationUri: 'https://example.com/', IntegrationMethod: 'GET' };
  const cases: [object, string, RegExp][] = [
    [{ ...lambda, IntegrationSubtype: 'SQS-SendMessage' }, 'NotImplemented', /SQS-SendMessage/],
    [{ ...web, ConnectionType: 'VPC_LINK' }, 'NotImplemented', /VPC_LINK/],
    [{ ...lambda, CredentialsArn: 'arn:aws:iam::*:user/*' }, 'NotImplemented', /CredentialsArn/],
    [{ ...lambda, CredentialsArn: 'arn:aws:iam::111111111111:role/r' }, 'BadRequestException', /role ARN/],
    [{ ...web, CredentialsArn: 'arn:aws:iam::000000000000:role/r' }, 'BadRequestException', /HTTP_PROXY/],
    [{ ...web, TlsConfig: { ServerNameToVerify: 'x' } }, 'NotImplemented', /TlsConfig/],
    [{ ...lambda, IntegrationType: 'MOCK' }, 'BadRequestException', /MOCK/],
    [{ ...lambda, PayloadFormatVersion: undefined }, 'BadRequestException', /PayloadFormatVersion/],
    [{ ...lambda, IntegrationUri: 'arn:aws:sqs:us-east-1:000000000000:q' }, 'BadRequestException', /URI/],
    [{ ...web, IntegrationUri: 'ftp://example.com' }, 'BadRequestException', /HTTP endpoint/],
    [{ ...web, IntegrationUri: 'https://{host}/' }, 'BadRequestException', /not in its host/],
    [{ ...web, IntegrationMethod: 'FETCH' }, 'BadRequestException', /HTTP method/],
    [{ ...web, RequestParameters: { 'append:header.host': 'x' } }, 'BadRequestException', /restricted/],
    [{ ...web, ResponseParameters: { '99': {} } }, 'BadRequestException', /status code/],
    [{ ...web, RequestTemplates: { a: 'b' } }, 'BadRequestException', /WebSocket/],
  ];
  for (const [input, code, text] of cases)
    assert.match((await refused(room.call('CreateIntegration', { ApiId, ...input }), code)).message, text);
});
