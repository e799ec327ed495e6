import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import { collect } from '../../kernel/index.ts';
import { plain, pushLines, readPushed } from './hook.ts';

const none = '0'.repeat(40);
const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];

async function read(...chunks: string[]) {
  const [ours, theirs] = duplexPair();
  const found = readPushed(ours);
  for (const chunk of chunks) theirs.write(chunk);
  if (!chunks.join('').endsWith('\n\n')) theirs.destroy();
  return found;
}

test('what the hook says, in any pieces; half of it is nothing', async () => {
  const text = `/q\n${none} ${a} refs/heads/main\n${b} ${none} refs/tags/x y\n\n`;
  const whole = {
    updates: [
      { ref: 'refs/heads/main', from: undefined, to: a },
      { ref: 'refs/tags/x y', from: b, to: undefined },
    ],
    quarantine: '/q',
  };
  assert.deepEqual(await read(text), whole);
  assert.deepEqual(await read(...text), whole);
  assert.equal((await read(`\n${b} ${none} refs/tags/x\n\n`))!.quarantine, undefined);
  assert.equal(await read(text.slice(0, -1)), undefined);
  assert.equal(await read('\n\n'), undefined);
  assert.equal(await read(`/q\n${`${none} ${a} refs/heads/main\n`.repeat(60_000)}\n`), undefined);
});

test('lines are of one line each, plain, bounded; the verdict comes last', async () => {
  const [ours, theirs] = duplexPair();
  const lines = pushLines(ours);
  lines.say('taken\nrefused\x1b[2J');
  lines.say('x'.repeat(5000));
  lines.end(false);
  const said = (await collect(theirs, 10_000, () => undefined)).toString('utf8').split('\n');
  assert.deepEqual(said, [' taken', ' refused', ` ${'x'.repeat(2000)}`, 'refused', '']);
});

test('who does not read loses lines, and is told', async () => {
  const [ours, theirs] = duplexPair();
  const lines = pushLines(ours);
  for (let at = 0; at < 3000; at++) lines.say('y'.repeat(1000));
  const said = collect(theirs, 10 ** 7, () => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  lines.say('last');
  lines.end(true);
  assert.match((await said).toString('utf8'), /\n \(\d+ lines are left out\)\n last\ntaken\n$/);
});

test('what would steer a terminal is left out', () => {
  assert.equal(plain('\x1b[31mred\x1b[0m \x1b]0;title\x07\x9b31m\ttab\r'), 'red 31m\ttab');
});
