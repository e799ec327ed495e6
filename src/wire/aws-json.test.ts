import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EncodedJson } from '../kernel/index.ts';
import type { Match } from './contract.ts';
import { createWire } from './wire.ts';

test('an answer that is JSON already goes out as it is, with the headers of its protocol', () => {
  const match: Match = { service: 'dynamodb', operation: 'GetItem', protocol: 'awsJson1_0', region: 'us-east-1' } as never;
  const bytes = Buffer.from('{"Item":{"a":{"S":"ü"}}}');
  const response = createWire().encode(match, new EncodedJson(bytes) as never, 'REQUEST');
  assert.equal(response.status, 200);
  assert.equal(response.body, bytes);
  assert.deepEqual(response.headers, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'REQUEST' });
});
