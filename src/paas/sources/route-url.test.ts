import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeUrl } from './route-url.ts';

const endpoint = 'http://abc.execute-api.us-east-1.localhost';

test('a route has the port of the platform on its own machine, and a path elsewhere', () => {
  assert.equal(routeUrl(endpoint, 'http://127.0.0.1:4611'), 'http://abc.execute-api.us-east-1.localhost:4611');
  assert.equal(routeUrl(`${endpoint}:80`, 'http://localhost:4566'), 'http://abc.execute-api.us-east-1.localhost:4566');
  assert.equal(routeUrl(endpoint, 'http://[::1]:9'), 'http://abc.execute-api.us-east-1.localhost:9');
  assert.equal(routeUrl(endpoint, 'https://dalamb.example'), 'https://dalamb.example/_dalamb/execute-api/abc/$default');
});
