import type { Duplex } from 'node:stream';
import { buildFailed } from './refusals.ts';

/**
 * The conversation with a builder (runtimes/builder/frames.cjs says the same): 4 bytes of length, big-endian, counting what follows; one byte
 * of kind: `J` a message as JSON, `D` bytes of the file announced last. A file is a message with its size, then frames of just so many bytes.
 */
export const LONGEST_FRAME: number = 1024 * 1024;

export interface FrameWriter {
  message(value: object): Promise<void>;
  bytes(content: Uint8Array): Promise<void>;
}

export function frameWriter(socket: Duplex): FrameWriter {
  const write = async (kind: number, body: Uint8Array) => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(body.byteLength + 1);
    head[4] = kind;
    socket.write(head);
    if (!socket.write(body)) await drained(socket);
  };
  return {
    message: (value) => write(JSON_KIND, Buffer.from(JSON.stringify(value))),
    async bytes(content) {
      for (let at = 0; at < content.byteLength; at += LONGEST_FRAME - 1)
        await write(BYTES_KIND, content.subarray(at, at + LONGEST_FRAME - 1));
    },
  };
}

const JSON_KIND = 0x4a;
const BYTES_KIND = 0x44;

function drained(socket: Duplex): Promise<void> {
  if (socket.destroyed || socket.closed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}

export type Frame = { readonly message: Readonly<Record<string, unknown>> } | { readonly bytes: Buffer };

/** What a builder says, frame by frame. Throws BuildFailed for what is no frame. */
export async function* readFrames(socket: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= 5) {
      const length = rest.readUInt32BE(at);
      if (length < 1 || length > LONGEST_FRAME) throw strange();
      if (rest.length - at < 4 + length) break;
      yield frameOf(rest[at + 4]!, rest.subarray(at + 5, at + 4 + length));
      at += 4 + length;
    }
    rest = rest.subarray(at);
  }
}

function frameOf(kind: number, body: Buffer): Frame {
  if (kind === BYTES_KIND) return { bytes: body };
  if (kind !== JSON_KIND) throw strange();
  try {
    const message: unknown = JSON.parse(body.toString());
    if (typeof message === 'object' && message !== null) return { message: message as Record<string, unknown> };
  } catch {}
  throw strange();
}

function strange() {
  return buildFailed('the builder was disturbed by what it runs');
}
