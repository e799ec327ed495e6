import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { checksumBytes, checksumNames, checksumOf, joinCrcs, runningChecksum } from './checksums.ts';

const vector = Buffer.from('123456789');

test('the check values of the CRC catalogue', () => {
  assert.equal(checksumOf('CRC32', vector).toString('hex'), 'cbf43926');
  assert.equal(checksumOf('CRC32C', vector).toString('hex'), 'e3069283');
  assert.equal(checksumOf('CRC64NVME', vector).toString('hex'), 'ae8b14860a799888');
  assert.equal(checksumOf('SHA1', vector).toString('hex'), 'f7c3bc1d808e04732adf679965ccc34ca7ae3441');
});

test('empty content has the empty value, of the right length', () => {
  for (const name of checksumNames) assert.equal(checksumOf(name, Buffer.alloc(0)).length, checksumBytes[name]);
  assert.equal(checksumOf('CRC32', Buffer.alloc(0)).toString('base64'), 'AAAAAA==');
  assert.equal(checksumOf('CRC64NVME', Buffer.alloc(0)).toString('hex'), '0000000000000000');
});

test('chunks of any cut give the value of the whole', () => {
  const content = randomBytes(10_007);
  for (const name of checksumNames) {
    const running = runningChecksum(name);
    for (let at = 0, step = 1; at < content.length; at += step, step = (step * 3 + 1) % 1009)
      running.update(content.subarray(at, at + step));
    assert.deepEqual(running.value(), checksumOf(name, content), name);
  }
});

test('CRCs of parts join to the CRC of the whole', () => {
  const parts = [randomBytes(5), Buffer.alloc(0), randomBytes(70_001), randomBytes(1), randomBytes(70_001)];
  for (const name of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
    const joined = joinCrcs(
      name,
      parts.map((part) => ({ value: checksumOf(name, part), size: part.length })),
    );
    assert.deepEqual(joined, checksumOf(name, Buffer.concat(parts)), name);
  }
});
