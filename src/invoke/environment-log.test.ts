import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../kernel/index.ts';
import { EnvironmentLog } from './environment-log.ts';

function bench(now = () => 5) {
  const writes: string[][] = [];
  const stream = { account: 'a', region: 'r', group: 'g', stream: 's' };
  const log = new EnvironmentLog(stream, (_stream, lines) => writes.push(lines.map((line) => line.text)), {
    ...systemClock,
    now,
  });
  return { log, writes };
}

test('lines are cut from bytes, also in the middle of a character', () => {
  const { log, writes } = bench();
  const bytes = Buffer.from('grün\nzwei\nrest');
  for (const byte of bytes) log.output(Buffer.of(byte));
  log.endLine();
  log.flush();
  assert.deepEqual(writes, [['grün', 'zwei', 'rest']]);
});

test('one turn makes one write, an event keeps its line feeds and is cut at 256 KiB', () => {
  const { log, writes } = bench();
  log.system('START', 1);
  log.event('a\nb');
  log.event('x'.repeat(256 * 1024 + 1));
  log.system(undefined, 1);
  log.flush();
  log.flush();
  assert.deepEqual(writes.length, 1);
  assert.deepEqual(
    writes[0]!.map((text) => text.length),
    [5, 3, 256 * 1024, 1],
  );
});

test('a line longer than an event becomes several, whole, and cut between characters', () => {
  const { log, writes } = bench();
  const line = `${'a'.repeat(256 * 1024 - 1)}é${'b'.repeat(300 * 1024)}`;
  log.output(Buffer.from(`${line}\nnext\n`));
  for (const byte of [line.slice(0, 200_000), line.slice(200_000), '\n']) log.output(Buffer.from(byte));
  log.event(line);
  log.flush();
  const [texts] = writes;
  assert.equal(texts!.join(''), `${line}next${line}${line}`);
  for (const text of texts!) assert.ok(Buffer.byteLength(text) <= 256 * 1024);
});

test('the tail is the last 4 KB of what came since it was asked for', () => {
  const { log } = bench();
  log.event('before');
  log.keepTail();
  for (let n = 0; n < 1000; n++) log.event(`line ${n}`);
  const tail = log.takeTail();
  assert.equal(tail.byteLength, 4096);
  assert.ok(tail.toString().endsWith('line 998\nline 999\n'));
  log.keepTail();
  log.event('short');
  assert.equal(log.takeTail().toString(), 'short\n');
  log.flush();
});

test('beyond 16 MiB a second, and 256 bytes for each event, bytes are dropped and counted, and the next second is free again', () => {
  let now = 10_000;
  const { log, writes } = bench(() => now);
  const line = Buffer.from(`${'x'.repeat(1023)}\n`);
  for (let n = 0; n < 17 * 1024; n++) log.output(line);
  now += 1000;
  log.output(Buffer.from('after\n'));
  log.flush();
  const [lines] = writes;
  const kept = Math.ceil((16 * 1024 * 1024 - 1024) / (1024 + 256));
  assert.equal(lines!.length, kept + 2);
  const dropped = (17 * 1024 - kept) * 1024;
  assert.equal(lines!.at(-2), `[dalamb] ${dropped} bytes of log were dropped: the function writes more than can be kept`);
  assert.equal(lines!.at(-1), 'after');
});

test('empty lines are events too, and are bounded', () => {
  const { log, writes } = bench();
  for (let n = 0; n < 100; n++) log.output(Buffer.alloc(64 * 1024, 10));
  for (let n = 0; n < 1000; n++) log.event('');
  log.endLine();
  log.flush();
  assert.ok(writes[0]!.length < (16 * 1024 * 1024) / 256 + 2, `${writes[0]!.length}`);
  assert.match(writes[0]!.at(-1)!, /bytes of log were dropped/);
});
