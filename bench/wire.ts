/**
 * What the wire costs for one Invoke of 1 KB, in CPU time: node bench/wire.ts [rounds]
 * Aim: at most 10 µs for signature + match + verify + decode + encode.
 */

import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { createWire, type WireRequest } from '../src/wire/index.ts';
import { sign, signingKey } from '../src/wire/signing-key.ts';

const rounds = Number(process.argv[2] ?? 50_000);
const secret = 'secret';
const payload = Buffer.from(JSON.stringify({ text: 'x'.repeat(1000) }));
const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
const day = date.slice(0, 8);
const url = '/2015-03-31/functions/my-function/invocations';
const headers: Record<string, string> = {
  'content-type': 'application/octet-stream',
  host: 'localhost:4566',
  'x-amz-content-sha256': hash('sha256', payload),
  'x-amz-date': date,
  'x-amz-invocation-type': 'RequestResponse',
};
const names = Object.keys(headers).sort();
const canonical = `POST\n${url}\n\n${names.map((name) => `${name}:${headers[name]}\n`).join('')}\n${names.join(';')}\n${headers['x-amz-content-sha256']}`;
const scope = `${day}/us-east-1/lambda/aws4_request`;
const signature = sign(
  signingKey(secret, day, 'us-east-1', 'lambda'),
  `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', canonical)}`,
);
headers.authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
headers['content-length'] = String(payload.length);

const wire = createWire();
const now = Date.now();

/** A body without the cost of a listener, which is paid anyway. */
const whole = () => Promise.resolve(payload);
const unused = undefined as unknown as Readable;

const steps: Record<string, number> = { signature: 0, match: 0, verify: 0, decode: 0, encode: 0 };

async function once(measured: boolean): Promise<void> {
  const request: WireRequest = { method: 'POST', url, headers, body: unused, whole };
  let at = performance.now();
  const lap = (step: string) => {
    if (!measured) return;
    const next = performance.now();
    steps[step]! += next - at;
    at = next;
  };
  wire.signature(request);
  lap('signature');
  const match = await wire.match(request);
  lap('match');
  await wire.verify(request, match, secret, now);
  lap('verify');
  const { input } = await wire.decode(request, match);
  lap('decode');
  await wire.encode(
    match,
    { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: input.Payload },
    '6b1c1d2e-0000-4000-8000-000000000000',
  );
  lap('encode');
}

for (let round = 0; round < 5000; round++) await once(false);
const before = process.cpuUsage();
const start = performance.now();
for (let round = 0; round < rounds; round++) await once(false);
const { user, system } = process.cpuUsage(before);
const each = (user + system) / rounds;
console.log(
  `invoke 1 KB: ${each.toFixed(1)} µs CPU, ${(((performance.now() - start) * 1000) / rounds).toFixed(1)} µs wall, ${rounds} rounds`,
);
for (let round = 0; round < rounds / 5; round++) await once(true);
for (const [step, ms] of Object.entries(steps)) console.log(`  ${step.padEnd(10)} ${((ms * 1000) / (rounds / 5)).toFixed(2)} µs`);
