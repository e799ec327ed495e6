/**
 * The language between the platform and its own bootstraps, over one unix socket for each runtime process. All integers big-endian.
 *
 *   frame      = length:u32 type:u8 body                  length counts type and body
 *
 *   to the runtime
 *   INIT       =  1  json                                 { handler, root, layers, variables, runtime, format, level, limit }
 *   INVOKE     =  2  seq:u32 deadline:f64 n:u32 head[n] event
 *                                                         deadline: epoch ms; head: UTF-8 `id LF arn LF trace LF clientContext`
 *   OFFER      =  3  (as INVOKE)                          a call ahead of its turn; deadline: ms from its beginning. It is begun only by
 *                                                         who has taken the ticket seq from the pipe (src/sandbox/tickets.ts)
 *   from the runtime
 *   READY      = 16  ahead:u8?                            booted, has loaded no customer code; ahead 1: it takes offers
 *   INIT_DONE  = 17
 *   INIT_ERROR = 18  n:u8 type[n] payload                 type: error type in ASCII; payload: JSON for the caller
 *   RESULT     = 19  seq:u32 took:u32 payload             took: µs by the runtime's clock; it is ready for the next INVOKE
 *   ERROR      = 20  seq:u32 fatal:u8 n:u8 type[n] payload    fatal 1: the process exits after this
 *   LOG        = 21  text                                 one log event, without a final line feed; may hold line feeds
 *   OUT        = 22  bytes                                what went to stdout or stderr, cut anywhere
 *
 * The bootstraps (runtimes/nodejs, runtimes/python, runtimes/ruby) speak the same grammar. A frame that is too long or unknown ends the process.
 */
export const INIT = 1;
export const INVOKE = 2;
export const OFFER = 3;
export const READY = 16;
export const INIT_DONE = 17;
export const INIT_ERROR = 18;
export const RESULT = 19;
export const ERROR = 20;
export const LOG = 21;
export const OUT = 22;

/** AWS's limit of a buffered answer, bytes (spec/invoke.md §2). */
export const MAX_RESPONSE = 6 * 1024 * 1024 + 100;
const MAX_FRAME = MAX_RESPONSE + 1024;

export interface InvokeHead {
  readonly seq: number;
  readonly requestId: string;
  /** Epoch ms; of an offer: ms from its beginning. */
  readonly deadline: number;
  readonly arn: string;
  readonly traceId: string | undefined;
  readonly clientContext: string | undefined;
}

/** Larger events are not copied into their frame, bytes. */
export const COPY_UP_TO = 64 * 1024;

/** INVOKE or OFFER. One or two buffers to write: a large event is not copied. */
export function encodeInvoke(head: InvokeHead, event: Uint8Array, type = INVOKE): [Buffer] | [Buffer, Uint8Array] {
  const text = `${head.requestId}\n${head.arn}\n${head.traceId ?? ''}\n${head.clientContext ?? ''}`;
  const size = Buffer.byteLength(text);
  const inline = event.byteLength <= COPY_UP_TO;
  const frame = Buffer.allocUnsafe(21 + size + (inline ? event.byteLength : 0));
  frame.writeUInt32BE(17 + size + event.byteLength, 0);
  frame[4] = type;
  frame.writeUInt32BE(head.seq, 5);
  frame.writeDoubleBE(head.deadline, 9);
  frame.writeUInt32BE(size, 17);
  frame.write(text, 21);
  if (!inline) return [frame, event];
  frame.set(event, 21 + size);
  return [frame];
}

export function encodeFrame(type: number, body: string): Buffer {
  const size = Buffer.byteLength(body);
  const frame = Buffer.allocUnsafe(5 + size);
  frame.writeUInt32BE(1 + size, 0);
  frame[4] = type;
  frame.write(body, 5);
  return frame;
}

/** Body of INIT_ERROR, or of ERROR from its length byte on. */
export function decodeError(body: Buffer): { readonly errorType: string; readonly payload: Buffer } {
  const size = body[0] ?? 0;
  return { errorType: body.toString('latin1', 1, 1 + size), payload: body.subarray(1 + size) };
}

/**
 * Cuts a byte stream into frames. body is a view that is only good until onFrame returns, unless the frame was cut (then it is its own).
 * Throws nothing: returns false when the stream breaks the grammar.
 */
export function frameReader(onFrame: (type: number, body: Buffer) => void): (chunk: Buffer) => boolean {
  let head: Buffer | undefined; // less than a whole length
  let partial: Buffer | undefined;
  let filled = 0;
  return (chunk) => {
    let data = head ? Buffer.concat([head, chunk]) : chunk;
    head = undefined;
    while (data.byteLength > 0) {
      if (partial) {
        const taken = data.copy(partial, filled);
        filled += taken;
        if (filled < partial.byteLength) return true;
        const whole = partial;
        partial = undefined;
        data = data.subarray(taken);
        onFrame(whole[0]!, whole.subarray(1));
        continue;
      }
      if (data.byteLength < 4) {
        head = data;
        return true;
      }
      const length = data.readUInt32BE(0);
      if (length < 1 || length > MAX_FRAME) return false;
      if (data.byteLength < 4 + length) {
        partial = Buffer.allocUnsafe(length);
        filled = data.copy(partial, 0, 4);
        return true;
      }
      onFrame(data[4]!, data.subarray(5, 4 + length));
      data = data.subarray(4 + length);
    }
    return true;
  };
}
