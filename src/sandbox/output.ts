import type { Readable } from 'node:stream';
import type { Clock } from '../kernel/index.ts';
import type { SandboxEvents } from './contract.ts';

const BYTES_PER_SECOND = 4 * 1024 * 1024;
const BURST = 8 * 1024 * 1024;

/**
 * Reads a workload's output as fast as it comes, so that the workload never waits for us, and hands on at most 4 MiB a second (8 MiB at
 * once); what is beyond is counted and dropped.
 */
export function meterOutput(stream: Readable, clock: Clock, events: Pick<SandboxEvents, 'output' | 'dropped'>): void {
  let tokens = BURST;
  let last = clock.monotonic();
  stream.on('data', (chunk: Buffer) => {
    const now = clock.monotonic();
    tokens = Math.min(BURST, tokens + ((now - last) * BYTES_PER_SECOND) / 1000);
    last = now;
    if (chunk.length > tokens) return events.dropped(chunk.length);
    tokens -= chunk.length;
    events.output(chunk);
  });
  stream.on('error', () => {}); // the process is gone; its exit says so
}
