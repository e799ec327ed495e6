import type { Authorizer } from '@aws-sdk/client-apigatewayv2';
import { invokedFunction, type Place } from '../../model/index.ts';
import type { AuthorizerSettings, StoredAuthorizer } from './collections.ts';
import { badRequest, checkCredentials } from './refusals.ts';

const SOURCE = /^\$(?:request\.(?:header|querystring)\.\S{1,256}|context\.[A-Za-z][\w.]*|stageVariables\.\w+)$/;

/** Authorizers of HTTP APIs (spec/backends.md §12.1). Throws BadRequestException, NotImplemented for what is not enforced here. */
export function checkedAuthorizer(given: AuthorizerSettings, { account }: Pick<Place, 'account'>): AuthorizerSettings {
  const { AuthorizerType: type, AuthorizerCredentialsArn, IdentityValidationExpression, IdentitySource: sources = [] } = given;
  if (type !== 'JWT' && type !== 'REQUEST') throw badRequest(`Invalid AuthorizerType ${type}`);
  if (AuthorizerCredentialsArn) checkCredentials(AuthorizerCredentialsArn, account);
  if (IdentityValidationExpression) throw badRequest('IdentityValidationExpression is not supported for HTTP APIs');
  const wrong = sources.find((source) => !SOURCE.test(source));
  if (wrong !== undefined) throw badRequest(`Invalid identity source: ${wrong}`);
  return type === 'JWT' ? jwt(given) : request(given);
}

function jwt(given: AuthorizerSettings): AuthorizerSettings {
  const { JwtConfiguration: { Issuer = '', Audience = [] } = {}, IdentitySource: sources = [] } = given;
  if (sources.length !== 1) throw badRequest('JWT authorizers have exactly one identity source');
  if (!/^\$request\.(header|querystring)\./.test(sources[0]!)) throw badRequest(`Invalid identity source: ${sources[0]}`);
  if (!/^https?:\/\/[^\s?#]+$/.test(Issuer) || !URL.canParse(Issuer))
    throw badRequest(
      `Invalid issuer: ${Issuer}. Issuer must have a valid discovery endpoint ended with '/.well-known/openid-configuration'`,
    );
  if (Audience.length === 0) throw badRequest('JwtConfiguration needs at least one Audience');
  for (const name of [
    'AuthorizerUri',
    'AuthorizerCredentialsArn',
    'AuthorizerPayloadFormatVersion',
    'EnableSimpleResponses',
    'AuthorizerResultTtlInSeconds',
  ] as const)
    if (given[name]) throw badRequest(`${name} is not supported for JWT authorizers`);
  const { Name, AuthorizerType, IdentitySource, JwtConfiguration } = given;
  return { Name, AuthorizerType, IdentitySource, JwtConfiguration };
}

function request(given: AuthorizerSettings): AuthorizerSettings {
  const { AuthorizerUri = '', AuthorizerPayloadFormatVersion: format, EnableSimpleResponses: simple = false } = given;
  const { AuthorizerResultTtlInSeconds: ttl = 0, IdentitySource: sources = [] } = given;
  if (invokedFunction(AuthorizerUri) === undefined) throw badRequest(`Invalid Authorizer URI: ${AuthorizerUri}`);
  if (format !== '1.0' && format !== '2.0')
    throw badRequest('AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer, one of 1.0 and 2.0');
  if (simple && format === '1.0')
    throw badRequest('EnableSimpleResponses is only supported for AuthorizerPayloadFormatVersion 2.0');
  if (ttl > 0 && sources.length === 0)
    throw badRequest('At least one IdentitySource is required if AuthorizerResultTtlInSeconds is greater than 0');
  if (given.JwtConfiguration?.Issuer) throw badRequest('JwtConfiguration is not supported for REQUEST authorizers');
  const { JwtConfiguration: _, ...rest } = given;
  return {
    ...rest,
    AuthorizerCredentialsArn: rest.AuthorizerCredentialsArn || undefined,
    EnableSimpleResponses: simple,
    AuthorizerResultTtlInSeconds: ttl,
  };
}

export function shownAuthorizer({ id, settings }: StoredAuthorizer): Authorizer {
  return { ...settings, AuthorizerId: id };
}
