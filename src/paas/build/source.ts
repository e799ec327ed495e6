import tar from 'tar-stream';
import { Failure, type Ids, MIB } from '../../kernel/index.ts';
import { buildFailed } from './refusals.ts';
import { Spool } from './trees.ts';

/** Bytes between two entries that may be headers and padding: more is an attempt on our memory. */
const MOST_BETWEEN = 4 * MIB;
const PIECE = 256 * 1024;
const MOST_ENTRIES = 50_000;
const WHAT = 'the repository';

export interface SourceOptions {
  readonly directory: string;
  readonly ids: Ids;
  readonly mib: number;
  readonly signal: AbortSignal;
}

/** Receives a commit's files. What is neither file, folder nor link, or leads out, is refused with BuildFailed. Close the spool. */
export async function receiveSource(source: AsyncIterable<Uint8Array>, options: SourceOptions): Promise<Spool> {
  const { directory, ids, mib, signal } = options;
  const bytes = mib * MIB;
  const spool = await Spool.open(directory, ids, { bytes, entries: MOST_ENTRIES, what: WHAT });
  const extract = tar.extract();
  const gauge = { quiet: 0 };
  const feeding = feed(source, extract, { gauge, signal, most: bytes + MOST_ENTRIES * 2048 });
  feeding.catch(() => {});
  try {
    for await (const entry of extract) {
      gauge.quiet = 0;
      const { name, type, mode = 0, linkname } = entry.header;
      if (type === 'file' || type === 'contiguous-file')
        await spool.add(
          { path: name, kind: 'file', executable: (mode & 0o100) !== 0 },
          reported(entry as AsyncIterable<Uint8Array>, gauge),
        );
      else if (type === 'symlink') {
        entry.resume();
        await spool.add({ path: name, kind: 'link', executable: false }, once(linkname ?? ''));
      } else if (type === 'directory') entry.resume();
      else throw buildFailed(`${WHAT} has ${JSON.stringify(name.slice(0, 100))}, which is no file, folder or link`);
    }
    await feeding;
    return spool;
  } catch (error) {
    extract.destroy();
    await spool.close();
    throw judged(error);
  }
}

function judged(error: unknown): unknown {
  const ours = error instanceof Failure || (error as NodeJS.ErrnoException).syscall !== undefined;
  if (ours || (error as Error).name === 'AbortError') return error;
  return buildFailed(`${WHAT} came as an archive that cannot be read: ${(error as Error).message}`);
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function* reported(entry: AsyncIterable<Uint8Array>, gauge: { quiet: number }): AsyncGenerator<Uint8Array> {
  for await (const chunk of entry) {
    gauge.quiet = 0;
    yield chunk;
  }
}

interface Feeding {
  readonly gauge: { quiet: number };
  readonly signal: AbortSignal;
  readonly most: number;
}

async function feed(source: AsyncIterable<Uint8Array>, extract: ReturnType<typeof tar.extract>, feeding: Feeding): Promise<void> {
  let fed = 0;
  try {
    for await (const chunk of inPieces(source)) {
      feeding.signal.throwIfAborted();
      fed += chunk.byteLength;
      feeding.gauge.quiet += chunk.byteLength;
      if (fed > feeding.most) throw buildFailed(`${WHAT} is too large`);
      if (feeding.gauge.quiet > MOST_BETWEEN) throw buildFailed(`${WHAT} came with a header that is too large`);
      if (extract.destroyed) return;
      if (!extract.write(chunk)) await drained(extract);
    }
    extract.end(undefined);
  } catch (error) {
    extract.destroy(error as Error);
    throw error;
  }
}

/** A file may come in one piece, and would look like a header without end. */
async function* inPieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) for (let at = 0; at < chunk.byteLength; at += PIECE) yield chunk.subarray(at, at + PIECE);
}

function drained(extract: ReturnType<typeof tar.extract>): Promise<void> {
  if (extract.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      extract.off('drain', done).off('close', done);
      resolve();
    };
    extract.on('drain', done).on('close', done);
  });
}
