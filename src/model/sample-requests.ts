import { commonLogTime } from './common-log-time.ts';
import type { SampleFacts } from './sample-events.ts';

const API = 'a1b2c3d4e5';
const DOMAIN = `${API}.execute-api.us-east-1.localhost`;
const ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const AGENT = 'Mozilla/5.0';
const HEADERS = {
  accept: '*/*',
  host: DOMAIN,
  'user-agent': AGENT,
  'x-amzn-trace-id': 'Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-port': '4566',
  'x-forwarded-proto': 'http',
};

/** Payload 2.0 of HTTP APIs and function URLs (spec/event-sources.md §6.1): GET /?name=world. What is empty is absent. */
export function requestSampleV2({ account, now }: SampleFacts): object {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/',
    rawQueryString: 'name=world',
    headers: HEADERS,
    queryStringParameters: { name: 'world' },
    requestContext: {
      accountId: account,
      apiId: API,
      domainName: DOMAIN,
      domainPrefix: API,
      http: { method: 'GET', path: '/', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: AGENT },
      requestId: ID,
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now,
    },
    isBase64Encoded: false,
  };
}

/** Payload 1.0 of HTTP APIs (spec/event-sources.md §6.2): the same request. What is empty is null. */
export function requestSampleV1({ account, now }: SampleFacts): object {
  return {
    version: '1.0',
    resource: '$default',
    path: '/',
    httpMethod: 'GET',
    headers: HEADERS,
    multiValueHeaders: Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name, [value]])),
    queryStringParameters: { name: 'world' },
    multiValueQueryStringParameters: { name: ['world'] },
    requestContext: {
      accountId: account,
      apiId: API,
      authorizer: { claims: null, scopes: null },
      domainName: DOMAIN,
      domainPrefix: API,
      extendedRequestId: ID,
      httpMethod: 'GET',
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAmr: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '127.0.0.1',
        user: null,
        userAgent: AGENT,
        userArn: null,
      },
      path: '/',
      protocol: 'HTTP/1.1',
      requestId: ID,
      requestTime: commonLogTime(now),
      requestTimeEpoch: now,
      resourceId: null,
      resourcePath: '$default',
      stage: '$default',
    },
    pathParameters: null,
    stageVariables: null,
    body: null,
    isBase64Encoded: false,
  };
}
