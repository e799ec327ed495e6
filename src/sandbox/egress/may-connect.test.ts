import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMayConnect } from './may-connect.ts';

const judge = (allow: { to: string; port: number }[] = [], deny: { to: string; port: number }[] = []) =>
  createMayConnect({ enabled: true, allow, deny }, { monotonic: () => 0 });

test('the platform reaches for others what functions may reach', () => {
  assert.equal(judge()('93.184.216.34', 443, 'example.com'), true);
  for (const address of ['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254', 'nonsense'])
    assert.equal(judge()(address, 80, 'example.com'), false, address);
  assert.equal(judge([{ to: '127.0.0.1', port: 8080 }])('127.0.0.1', 8080, 'localhost'), true);
  assert.equal(judge([{ to: '127.0.0.1', port: 8080 }])('127.0.0.1', 4566, 'localhost'), false);
  assert.equal(judge([], [{ to: 'example.com', port: 0 }])('93.184.216.34', 443, 'Example.com.'), false);
});
