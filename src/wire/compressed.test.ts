import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isFailure } from '../kernel/index.ts';
import { createWire, type WireRequest } from './index.ts';

const wire = createWire();
const INPUT = { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: 1 }] };

function request(content: Buffer, headers: Record<string, string>): WireRequest {
  const all = { host: 'localhost', 'content-encoding': 'gzip', 'content-length': String(content.length), ...headers };
  return { method: 'POST', url: '/', headers: all, body: Readable.from([content]) };
}

const asJson = (content: Buffer) =>
  request(content, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData',
  });
const asForm = (content: Buffer) => request(content, { 'content-type': 'application/x-www-form-urlencoded' });

async function decoded(sent: WireRequest) {
  return (await wire.decode(sent, await wire.match(sent))).input;
}

test('a compressed body is read in each protocol', async () => {
  assert.deepEqual(await decoded(asJson(gzipSync(JSON.stringify(INPUT)))), INPUT);
  const form = 'Action=PutMetricData&Version=2010-08-01&Namespace=n&MetricData.member.1.MetricName=m&MetricData.member.1.Value=1';
  assert.deepEqual(await decoded(asForm(gzipSync(form))), INPUT);
});

test('a body that is no gzip, or holds more than the limit, is refused', async () => {
  const refused = (code: string) => (error: unknown) => isFailure(error, code);
  const content = gzipSync(JSON.stringify(INPUT));
  await assert.rejects(decoded(asJson(Buffer.from('{}'))), refused('SerializationException'));
  await assert.rejects(decoded(asJson(content.subarray(0, 20))), refused('SerializationException'));
  const bomb = gzipSync(Buffer.alloc(17 * 2 ** 20, 32));
  await assert.rejects(decoded(asJson(bomb)), refused('RequestEntityTooLargeException'));
  await assert.rejects(decoded(asForm(bomb)), (error) => isFailure(error) && error.status === 413);
});
