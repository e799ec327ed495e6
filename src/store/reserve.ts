import fs from 'node:fs';
import path from 'node:path';
import { type Clock, type Failure, type Logger, platformFailure, type StoreHealth } from '../kernel/index.ts';
import { isNoRoom } from './connection.ts';

const LOOK_MS = 250;
const BLOCK = Buffer.alloc(1024 * 1024);

/**
 * Room kept for a full disk: a file that is given up when less than its size is left, so that deletes, cursors and checkpoints go on while
 * what needs more room is refused with StoreFull. Held again, and writes accepted again, once there is room enough for both.
 */
export class Reserve {
  readonly #file: string;
  readonly #bytes: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #looked = Number.NEGATIVE_INFINITY;
  #failure: Failure | undefined;

  constructor(directory: string, bytes: number, ports: { clock: Clock; logger: Logger }) {
    this.#file = path.join(directory, 'reserve');
    this.#bytes = bytes;
    this.#clock = ports.clock;
    this.#logger = ports.logger;
    if (this.#free() >= 2 * bytes) this.#hold();
  }

  /** The failure that refuses what needs room, or undefined. Looks at the disk at most four times a second. */
  refusal = (): Failure | undefined => {
    const now = this.#clock.monotonic();
    if (now - this.#looked >= LOOK_MS) {
      this.#looked = now;
      this.#look();
    }
    return this.#failure;
  };

  /** A write failed for want of room. */
  full = (error: unknown): void => {
    this.#looked = this.#clock.monotonic();
    this.#giveUp((error as Error).message);
  };

  health(): StoreHealth {
    const failure = this.refusal();
    return failure ? { state: 'full', detail: failure.message } : { state: 'ok' };
  }

  #look(): void {
    const free = this.#free();
    if (!this.#failure && free < this.#bytes) this.#giveUp(`${free} bytes are left on ${path.dirname(this.#file)}`);
    if (!this.#failure || free < 2.25 * this.#bytes || !this.#hold()) return;
    this.#failure = undefined;
    this.#logger.info('there is room on the disk again; writes are accepted');
  }

  #giveUp(detail: string): void {
    fs.rmSync(this.#file, { force: true });
    if (this.#failure) return;
    this.#failure = platformFailure('StoreFull', detail);
    this.#logger.error('the disk is full: writes are refused, reads go on', { detail });
  }

  #free(): number {
    const { bavail, bsize } = fs.statfsSync(path.dirname(this.#file));
    return bavail * bsize;
  }

  #hold(): boolean {
    try {
      if (fs.existsSync(this.#file) && fs.statSync(this.#file).size === this.#bytes) return true;
      const fd = fs.openSync(this.#file, 'w', 0o600);
      try {
        for (let left = this.#bytes; left > 0; left -= BLOCK.length) fs.writeSync(fd, BLOCK, 0, Math.min(left, BLOCK.length));
      } finally {
        fs.closeSync(fd);
      }
      return true;
    } catch (error) {
      if (!isNoRoom(error)) throw error;
      fs.rmSync(this.#file, { force: true });
      return false;
    }
  }
}
