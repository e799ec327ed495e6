import type { Clock } from '../kernel/index.ts';
import type { LogLine, LogStream, WriteLog } from '../model/index.ts';

const MAX_EVENT = 256 * 1024; // CloudWatch's limit of one event, bytes
const TAIL_BYTES = 4096;
/** What an event counts besides its text: keeping many small ones costs more than keeping their bytes. */
const EVENT_BYTES = 256;
const FLOOD_BYTES = 16 * 1024 * 1024;
const FLOOD_WINDOW_MS = 1000;

/**
 * The log of one environment: cuts output into lines, keeps order, holds lines back until the end of the turn so that one invocation
 * makes one write, keeps the tail for a caller, and drops what exceeds 16 MiB a second, saying how much.
 */
export class EnvironmentLog {
  readonly stream: LogStream;
  readonly #write: WriteLog;
  readonly #clock: Clock;
  #pending: LogLine[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  #partial: Buffer | undefined;
  #tail: string[] | undefined;
  #tailSize = 0;
  #windowStart = 0;
  #windowBytes = 0;
  #dropped = 0;

  constructor(stream: LogStream, write: WriteLog, clock: Clock) {
    this.stream = stream;
    this.#write = write;
    this.#clock = clock;
  }

  /** From here on the last 4 KB are kept, until takeTail. */
  keepTail(): void {
    this.#tail = [];
    this.#tailSize = 0;
  }

  takeTail(): Buffer {
    const all = Buffer.from((this.#tail ?? []).map((line) => `${line}\n`).join(''));
    this.#tail = undefined;
    return all.byteLength > TAIL_BYTES ? all.subarray(all.byteLength - TAIL_BYTES) : all;
  }

  /** A line of the platform's own; never dropped. */
  system(text: string | undefined, time: number): void {
    if (text !== undefined) this.#add(text, time);
  }

  /** One event of the function's. */
  event(text: string): void {
    if (this.#flooded(text.length + EVENT_BYTES)) return;
    const time = this.#clock.now();
    if (text.length <= MAX_EVENT / 3) this.#add(text, time);
    else this.#line(Buffer.from(text), time);
    this.#scheduled ??= setImmediate(() => this.flush());
  }

  /** Bytes of standard output: a line is an event. */
  output(chunk: Buffer): void {
    if (this.#flooded(chunk.byteLength)) return;
    let data = this.#partial ? Buffer.concat([this.#partial, chunk]) : chunk;
    this.#partial = undefined;
    const time = this.#clock.now();
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10)) {
      this.#line(data.subarray(0, end), time);
      data = data.subarray(end + 1);
      this.#windowBytes += EVENT_BYTES;
      if (this.#windowBytes > FLOOD_BYTES) return void this.dropped(data.byteLength);
    }
    if (data.byteLength > 0) this.#partial = Buffer.from(this.#pieces(data, time));
    this.#scheduled ??= setImmediate(() => this.flush());
  }

  /** What the sandbox already dropped. */
  dropped(bytes: number): void {
    this.#dropped += bytes;
  }

  /** Ends an unfinished line: it belongs to the invocation that is over. */
  endLine(): void {
    const partial = this.#partial;
    this.#partial = undefined;
    if (partial) this.#add(partial.toString('utf8'), this.#clock.now());
    this.#sayDropped();
  }

  flush(): void {
    if (this.#scheduled) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#pending.length === 0) return;
    const lines = this.#pending;
    this.#pending = [];
    this.#write(this.stream, lines);
  }

  #flooded(bytes: number): boolean {
    const now = this.#clock.now();
    if (now - this.#windowStart >= FLOOD_WINDOW_MS) {
      this.#sayDropped();
      this.#windowStart = now;
      this.#windowBytes = 0;
    }
    this.#windowBytes += bytes;
    if (this.#windowBytes <= FLOOD_BYTES) return false;
    this.#dropped += bytes;
    return true;
  }

  #sayDropped(): void {
    if (this.#dropped === 0) return;
    const bytes = this.#dropped;
    this.#dropped = 0;
    this.#add(`[dalamb] ${bytes} bytes of log were dropped: the function writes more than can be kept`, this.#clock.now());
  }

  #line(line: Buffer, time: number): void {
    this.#add(this.#pieces(line, time).toString('utf8'), time);
  }

  /** What is longer than an event becomes several, cut between characters; returns what is left. */
  #pieces(line: Buffer, time: number): Buffer {
    let from = 0;
    while (line.byteLength - from > MAX_EVENT) {
      let to = from + MAX_EVENT;
      while (to > from + MAX_EVENT - 4 && (line[to]! & 0xc0) === 0x80) to--;
      this.#add(line.toString('utf8', from, to), time);
      from = to;
    }
    return line.subarray(from);
  }

  #add(text: string, time: number): void {
    this.#pending.push({ time, text });
    if (!this.#tail) return;
    this.#tail.push(text);
    this.#tailSize += text.length + 1;
    while (this.#tail.length > 1 && this.#tailSize - this.#tail[0]!.length - 1 >= TAIL_BYTES) {
      this.#tailSize -= this.#tail.shift()!.length + 1;
    }
  }
}
