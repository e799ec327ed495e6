import fs from 'node:fs';
import { bug } from '../kernel/index.ts';
import type { Tickets } from './contract.ts';

const SIZE = 4;
/** A pipe holds 16,384 of them; far fewer are ever out. */
const MOST = 1024;

/**
 * Tickets in a named pipe that the platform can read as well: a read of the pipe takes whole tickets, and each of them once. The workload
 * may read only, so it can lose tickets of its own and forge none. fd: both ends, non-blocking; it belongs to this object from now on.
 */
export function openTickets(fd: number, path: string): Tickets & { close(): void } {
  let closed = false;
  return {
    path,
    put(numbers) {
      if (closed) return;
      const bytes = Buffer.allocUnsafe(numbers.length * SIZE);
      for (const [i, number] of numbers.entries()) bytes.writeUInt32BE(number, i * SIZE);
      if (fs.writeSync(fd, bytes) !== bytes.byteLength) throw bug('the pipe of tickets is full');
    },
    takeBack() {
      if (closed) return [];
      const bytes = Buffer.allocUnsafe(MOST * SIZE);
      const size = readNow(fd, bytes);
      return Array.from({ length: size / SIZE }, (_, i) => bytes.readUInt32BE(i * SIZE));
    },
    close() {
      if (!closed) fs.closeSync(fd);
      closed = true;
    },
  };
}

/** Bytes read; 0 when there are none. */
function readNow(fd: number, into: Buffer): number {
  try {
    return fs.readSync(fd, into);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
