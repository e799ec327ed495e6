import { CHUNK_SPAN_MS, type LogEvent, type LogLine, type LogStream } from '../model/index.ts';

/** Lines of one stream that wait to be written. */
export interface Waiting {
  readonly stream: LogStream;
  readonly times: number[];
  readonly lengths: number[];
  joined: string;
}

/** Roughly what a waiting line costs besides its text, in bytes. */
const LINE_COST = 48;

/** Keeps lines, each with the newline that ends it (spec/invoke.md §7), until a flush takes them; never more than maxBytes, the rest is dropped and counted. */
export class LogBuffer {
  dropped = 0;
  bytes = 0;
  private waiting = new Map<string, Waiting>();
  private readonly droppedOf = new Map<string, number>();
  private readonly maxBytes: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  add(stream: LogStream, lines: readonly LogLine[]): void {
    const key = keyOf(stream);
    let waiting = this.waiting.get(key);
    if (!waiting) {
      waiting = { stream, times: [], lengths: [], joined: '' };
      this.waiting.set(key, waiting);
    }
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!;
      const cost = line.text.length + 1 + LINE_COST;
      if (this.bytes + cost > this.maxBytes) {
        this.drop(key, lines.length - i);
        return;
      }
      this.bytes += cost;
      waiting.times.push(line.time);
      waiting.lengths.push(line.text.length + 1);
      waiting.joined += `${line.text}\n`;
    }
  }

  private drop(key: string, lines: number): void {
    this.dropped += lines;
    this.droppedOf.set(key, (this.droppedOf.get(key) ?? 0) + lines);
  }

  /** Everything that waits; its room stays taken until release. A stream that lost lines says so, once there is room again. */
  take(now: number): Waiting[] {
    const taken = [...this.waiting.values()];
    this.waiting = new Map();
    for (const waiting of taken) {
      const lost = this.droppedOf.get(keyOf(waiting.stream));
      if (lost === undefined) continue;
      this.droppedOf.delete(keyOf(waiting.stream));
      const text = `[dalamb] ${lost} log lines were dropped here: they came faster than they could be stored\n`;
      waiting.times.push(Math.max(now, waiting.times.at(-1) ?? 0));
      waiting.lengths.push(text.length);
      waiting.joined += text;
      this.bytes += text.length + LINE_COST;
    }
    return taken.filter((waiting) => waiting.times.length > 0);
  }

  release(written: readonly Waiting[]): void {
    for (const waiting of written) this.bytes -= waiting.joined.length + waiting.times.length * LINE_COST;
  }
}

export function keyOf(stream: LogStream): string {
  return `${stream.account}\n${stream.region}\n${stream.group}\n${stream.stream}`;
}

/** Text of one chunk, in UTF-16 units: a row stays well below a page of the store. */
const CHUNK_TEXT = 256 * 1024;

/** Cuts what waits into pieces whose times rise, span at most CHUNK_SPAN_MS, and stay small. */
export function* pieces(waiting: Waiting): Iterable<Omit<Waiting, 'stream'>> {
  const { times, lengths, joined } = rising(waiting);
  let start = 0;
  let from = 0;
  let at = 0;
  for (let i = 0; i < times.length; i++) {
    const full = at - from + lengths[i]! > CHUNK_TEXT || times[i]! - times[start]! > CHUNK_SPAN_MS;
    if (full && i > start) {
      yield { times: times.slice(start, i), lengths: lengths.slice(start, i), joined: joined.slice(from, at) };
      start = i;
      from = at;
    }
    at += lengths[i]!;
  }
  if (start === 0) yield { times, lengths, joined };
  else yield { times: times.slice(start), lengths: lengths.slice(start), joined: joined.slice(from) };
}

/** The clock may step back: then lines are put in order of time, keeping their order within a millisecond. */
function rising(waiting: Waiting): Omit<Waiting, 'stream'> {
  const { times, lengths, joined } = waiting;
  if (times.every((time, i) => i === 0 || time >= times[i - 1]!)) return waiting;
  let at = 0;
  const lines = times.map((time, i) => {
    const text = joined.slice(at, at + lengths[i]!);
    at += lengths[i]!;
    return { time, text };
  });
  lines.sort((a, b) => a.time - b.time);
  return {
    times: lines.map((line) => line.time),
    lengths: lines.map((line) => line.text.length),
    joined: lines.map((line) => line.text).join(''),
  };
}

/** Where a piece was stored. */
export type PieceOf = Pick<LogEvent, 'stream' | 'first' | 'seq' | 'ingested'>;

/** The lines of a piece, each with its place. */
export function logEvents(place: PieceOf, { times, lengths, joined }: Omit<Waiting, 'stream'>): readonly LogEvent[] {
  let at = 0;
  return times.map((time, index) => {
    const text = joined.slice(at, at + lengths[index]!);
    at += lengths[index]!;
    return { ...place, time, text, index };
  });
}
