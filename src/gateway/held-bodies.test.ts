import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { SandboxCaller } from '../model/index.ts';
import { holdBody, MOST_HELD } from './held-bodies.ts';

const caller = () => ({}) as SandboxCaller;
const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;
const answer = () => new EventEmitter() as unknown as ServerResponse;
const LIMIT = 70_000_000;

test('one body of any size is held, a second that is too much is refused until the first is answered', () => {
  const [one, other] = [caller(), caller()];
  const first = answer();
  const large = request({ 'content-length': '70000000' });
  assert.equal(holdBody(one, large, first, LIMIT), undefined);
  const refusal = holdBody(one, large, answer(), LIMIT);
  assert.deepEqual([refusal?.code, refusal?.status], ['ThrottlingException', 429]);
  assert.equal(holdBody(other, large, answer(), LIMIT), undefined, 'environments are counted apart');
  first.emit('close');
  assert.equal(holdBody(one, large, answer(), LIMIT), undefined);
});

test('a body of unknown length counts as the largest, one that lies counts as what is read of it', () => {
  const one = caller();
  assert.equal(holdBody(one, request({ 'transfer-encoding': 'chunked' }), answer(), MOST_HELD - 100_000), undefined);
  assert.equal(holdBody(one, request({ 'content-length': '99999' }), answer(), LIMIT), undefined);
  assert.equal(holdBody(one, request({ 'content-length': '99999999999999' }), answer(), 80_000)?.code, 'ThrottlingException');
});

test('small bodies and none are never refused', () => {
  const one = caller();
  assert.equal(holdBody(one, request({ 'content-length': `${MOST_HELD}` }), answer(), MOST_HELD), undefined);
  assert.equal(holdBody(one, request({ 'content-length': '65536' }), answer(), LIMIT), undefined);
  assert.equal(holdBody(one, request({}), answer(), LIMIT), undefined);
  const http2 = (length: number) => ({ ...request({ 'content-length': `${length}` }), httpVersionMajor: 2 }) as IncomingMessage;
  assert.equal(holdBody(one, http2(2048), answer(), LIMIT), undefined);
  assert.ok(holdBody(one, http2(65_536), answer(), LIMIT), 'many fit into one connection');
});
