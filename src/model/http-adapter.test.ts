import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AdapterSettings, adapterSettings, asksForAdapter, inRanges, printable } from './http-adapter.ts';

const settings = (variables: Record<string, string>) => adapterSettings(variables) as AdapterSettings;

test('defaults are those of the adapter of AWS', () => {
  assert.deepEqual(settings({}), {
    port: 8080,
    readiness: { port: 8080, path: '/', protocol: 'http', healthy: [{ from: 100, to: 499 }] },
    passThroughPath: '/events',
    basePath: '',
    errorStatuses: undefined,
    authorizationSource: undefined,
    asyncInit: false,
  });
});

test('its documented names, the old ones too, and the new before them', () => {
  const all = settings({
    PORT: '1',
    AWS_LWA_PORT: '3000',
    READINESS_CHECK_PORT: '3001',
    AWS_LWA_READINESS_CHECK_PATH: 'up',
    AWS_LWA_READINESS_CHECK_PROTOCOL: 'TCP',
    AWS_LWA_READINESS_CHECK_HEALTHY_STATUS: '200-399,404',
    AWS_LWA_PASS_THROUGH_PATH: '/in',
    REMOVE_BASE_PATH: '/base/',
    AWS_LWA_ERROR_STATUS_CODES: '500,502-504',
    AWS_LWA_AUTHORIZATION_SOURCE: 'X-Auth',
    AWS_LWA_ASYNC_INIT: 'true',
    AWS_LWA_HOST: '127.0.0.1',
    AWS_LWA_INVOKE_MODE: 'buffered',
  });
  assert.deepEqual(all, {
    port: 3000,
    readiness: {
      port: 3001,
      path: '/up',
      protocol: 'tcp',
      healthy: [
        { from: 200, to: 399 },
        { from: 404, to: 404 },
      ],
    },
    passThroughPath: '/in',
    basePath: '/base',
    errorStatuses: [
      { from: 500, to: 500 },
      { from: 502, to: 504 },
    ],
    authorizationSource: 'x-auth',
    asyncInit: true,
  });
  assert.deepEqual(settings({ READINESS_CHECK_MIN_UNHEALTHY_STATUS: '400' }).readiness.healthy, [{ from: 100, to: 399 }]);
});

test('nothing is accepted and left out', () => {
  for (const [name, value] of [
    ['AWS_LWA_INVOKE_MODE', 'response_stream'],
    ['AWS_LWA_ENABLE_COMPRESSION', 'true'],
    ['AWS_LWA_HOST', '0.0.0.0'],
    ['AWS_LWA_LAMBDA_RUNTIME_API_PROXY', '127.0.0.1:9002'],
    ['AWS_LWA_WHATEVER', ''],
    ['DALAMB_ADAPTER', 'grpc'],
    ['PORT', '0'],
    ['AWS_LWA_PORT', 'http'],
    ['AWS_LWA_READINESS_CHECK_PORT', '70000'],
    ['READINESS_CHECK_PROTOCOL', 'udp'],
    ['AWS_LWA_ERROR_STATUS_CODES', '5xx'],
    ['AWS_LWA_ASYNC_INIT', 'yes'],
    ['AWS_LWA_READINESS_CHECK_HEALTHY_STATUS', 'ok'],
  ] as const) {
    const fault = adapterSettings({ [name]: value });
    assert.equal(typeof fault, 'string', `${name}=${value}`);
  }
});

test('a base path is one with or without its slashes', () => {
  for (const base of ['/api', 'api', '/api/', 'api//'])
    assert.equal(settings({ AWS_LWA_REMOVE_BASE_PATH: base }).basePath, '/api', base);
  for (const base of ['', '/']) assert.equal(settings({ AWS_LWA_REMOVE_BASE_PATH: base }).basePath, '', base);
});

test('one variable asks for it', () => {
  assert.equal(asksForAdapter({}), false);
  const asked = ['off', '', 'http'].map((DALAMB_ADAPTER) => asksForAdapter({ DALAMB_ADAPTER }));
  assert.deepEqual(asked, [false, false, true]);
});

test('a request line holds whatever a path was', () => {
  assert.equal(printable('/a b/é%20?x=1\r\n'), '/a%20b/%C3%A9%20?x=1%0D%0A');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => /^[\x21-\x7e]*$/.test(printable(text))));
});

test('ranges hold their ends', () => {
  assert.deepEqual(
    [199, 200, 299, 300].map((status) => inRanges(status, [{ from: 200, to: 299 }])),
    [false, true, true, false],
  );
});
