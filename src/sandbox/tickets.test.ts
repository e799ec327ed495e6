import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openTickets } from './tickets.ts';

interface Taker {
  take(number: number): boolean;
}
const workload = createRequire(import.meta.url)('../../runtimes/nodejs/tickets.cjs') as {
  openTickets(path: string): Taker | undefined;
};

function pipeOf(test: { after(fn: () => void): void }) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-tickets-'));
  const pipe = path.join(directory, 'tickets');
  execFileSync('mkfifo', [pipe]);
  const { O_RDWR, O_NONBLOCK } = fs.constants;
  const platform = openTickets(fs.openSync(pipe, O_RDWR | O_NONBLOCK), pipe);
  const taker = workload.openTickets(pipe)!;
  test.after(() => {
    platform.close();
    fs.rmSync(directory, { recursive: true });
  });
  return { platform, taker };
}

test('every ticket is taken once, by the workload in its turn or by the platform', {
  skip: process.platform === 'win32',
}, (t) => {
  const { platform, taker } = pipeOf(t);
  let last = 0;
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant('offer'), fc.constant('turn'), fc.constant('back')), { maxLength: 60 }),
      (steps) => {
        const queue: number[] = []; // what the workload will look at, in order
        const out = new Set<number>();
        const mine: number[] = [];
        const theirs: number[] = [];
        const turn = () => {
          const number = queue.shift();
          if (number !== undefined && taker.take(number)) mine.push(number);
        };
        for (const step of steps) {
          if (step === 'turn') turn();
          else if (step === 'back') theirs.push(...platform.takeBack());
          else {
            const numbers = [++last, ++last];
            platform.put(numbers);
            for (const number of numbers) {
              queue.push(number);
              out.add(number);
            }
          }
        }
        while (queue.length > 0) turn();
        assert.deepEqual(
          [...mine, ...theirs].sort((a, b) => a - b),
          [...out],
        );
        assert.deepEqual(platform.takeBack(), []);
      },
    ),
  );
});

test('what was closed holds none', { skip: process.platform === 'win32' }, (t) => {
  const { platform } = pipeOf(t);
  platform.put([1]);
  platform.close();
  platform.put([2]);
  assert.deepEqual(platform.takeBack(), []);
});
