import type { Integration } from '@aws-sdk/client-apigatewayv2';
import { invokedFunction, type Place, parameterMapFault, settingNotImplemented } from '../../model/index.ts';
import type { IntegrationSettings, StoredIntegration } from './collections.ts';
import { badRequest, checkCredentials } from './refusals.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const METHODS = /^(?:ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT)$/;

/** Integrations of HTTP APIs (spec/backends.md §12.1). Throws BadRequestException, NotImplemented for what is not served here. */
export function checkedIntegration(given: IntegrationSettings, { account }: Pick<Place, 'account'>): IntegrationSettings {
  refuseUnkept(given);
  if (given.CredentialsArn) checkCredentials(given.CredentialsArn, account);
  const { IntegrationType: type, TimeoutInMillis: timeout = DEFAULT_TIMEOUT_MS } = given;
  // The model's smallest timeout is 50 ms, its largest 30 s.
  if (type === 'AWS_PROXY') checkFunction(given);
  else checkUrl(given);
  checkMappings(given);
  return {
    ...given,
    CredentialsArn: given.CredentialsArn || undefined,
    ConnectionType: 'INTERNET',
    TimeoutInMillis: timeout,
    PayloadFormatVersion: given.PayloadFormatVersion ?? '1.0',
    ...(type === 'AWS_PROXY' && { IntegrationMethod: given.IntegrationMethod ?? 'POST' }),
  };
}

function refuseUnkept(given: IntegrationSettings): void {
  const { IntegrationType: type, ConnectionType: connection } = given;
  if (type !== 'AWS_PROXY' && type !== 'HTTP_PROXY') throw badRequest(`IntegrationType ${type} is not supported for HTTP APIs`);
  if (given.IntegrationSubtype) throw settingNotImplemented(`IntegrationSubtype ${given.IntegrationSubtype}`);
  if (connection === 'VPC_LINK' || given.ConnectionId) throw settingNotImplemented('ConnectionType VPC_LINK');
  if (given.TlsConfig?.ServerNameToVerify) throw settingNotImplemented('TlsConfig');
  for (const name of ['ContentHandlingStrategy', 'RequestTemplates', 'TemplateSelectionExpression'] as const) {
    const value = given[name];
    if (value && Object.keys(value).length > 0) throw badRequest(`${name} is supported only for WebSocket APIs`);
  }
  if (given.PassthroughBehavior !== undefined && given.PassthroughBehavior !== 'WHEN_NO_MATCH')
    throw badRequest('PassthroughBehavior is supported only for WebSocket APIs');
}

function checkFunction({
  IntegrationUri = '',
  PayloadFormatVersion: format,
  IntegrationMethod: method,
}: IntegrationSettings): void {
  if (!isFunction(IntegrationUri)) throw badRequest('Invalid integration URI specified');
  if (format === undefined) throw badRequest('PayloadFormatVersion is a required parameter for integration');
  if (format !== '1.0' && format !== '2.0') throw badRequest('Invalid PayloadFormatVersion value provided');
  if (method !== undefined && method !== 'POST') throw badRequest('HttpMethod must be POST for AWS_PROXY');
}

/** A function's name may come out of a stage variable. */
function isFunction(uri: string): boolean {
  return invokedFunction(uri.replace(/\$\{stageVariables\.\w+\}/g, 'v')) !== undefined;
}

function checkUrl(given: IntegrationSettings): void {
  if (given.CredentialsArn) throw badRequest('CredentialsArn is not supported for HTTP_PROXY');
  const { IntegrationUri: url = '', PayloadFormatVersion: format, IntegrationMethod: method } = given;
  const shape = url.replace(/\$\{stageVariables\.\w+\}/g, 'v').replace(/\{[\w.-]+\+?\}/g, 'v');
  if (!/^https?:\/\/[^\s/?#@]+(?:[/?][^\s#]*)?$/.test(shape) || !URL.canParse(shape))
    throw badRequest('Invalid HTTP endpoint specified for URI');
  if (/^https?:\/\/[^/?]*\{/.test(url.replace(/\$\{stageVariables\.\w+\}/g, 'v')))
    throw badRequest('Path variables may stand in the path of a URI, not in its host');
  if (method === undefined) throw badRequest('HttpMethod is required for HTTP_PROXY');
  if (!METHODS.test(method)) throw badRequest('Invalid HTTP method specified');
  if (format !== undefined && format !== '1.0') throw badRequest('PayloadFormatVersion must be 1.0 for HTTP_PROXY');
}

function checkMappings({ RequestParameters = {}, ResponseParameters = {} }: IntegrationSettings): void {
  const fault = parameterMapFault(RequestParameters, 'request');
  if (fault) throw badRequest(fault);
  for (const [status, map] of Object.entries(ResponseParameters)) {
    if (!/^[2-5]\d\d$/.test(status)) throw badRequest(`Invalid status code specified for response parameters: ${status}`);
    const wrong = parameterMapFault(map, 'response');
    if (wrong) throw badRequest(wrong);
  }
}

export function shownIntegration({ id, managed, settings }: StoredIntegration): Integration {
  return { ...settings, IntegrationId: id, ...(managed && { ApiGatewayManaged: true }) };
}
