import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type Failure, fail } from '../kernel/index.ts';

/** Bytes that may wait between the socket and who reads the body. */
const HIGH_WATER = 64 * 1024;

/**
 * A request's body. Who reads it may stop early: unlike the request itself, which would take the connection with it, what is left is
 * thrown away and the answer still reaches the client. The first read tells a waiting client to go on (Expect: 100-continue).
 */
export function bodyOf(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): Readable {
  if (hasNoBody(req)) return req;
  return new RequestBody(req, res, expectsContinue);
}

export function hasNoBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length'];
  return (length === undefined || length === '0') && req.headers['transfer-encoding'] === undefined;
}

class RequestBody extends Readable {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  #expectsContinue: boolean;
  #begun = false;
  received = 0;

  constructor(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean) {
    super({ highWaterMark: HIGH_WATER });
    this.#req = req;
    this.#res = res;
    this.#expectsContinue = expectsContinue;
  }

  get isFull(): boolean {
    return this.readableLength >= HIGH_WATER;
  }

  override _read(): void {
    if (this.#begun) {
      this.#req.resume();
      return;
    }
    this.#begun = true;
    (this.#req as Awaited)[awaited] = this;
    if (this.#expectsContinue && !this.#res.headersSent) this.#res.writeContinue();
    this.#expectsContinue = false;
    this.#req.on('data', this.#take).once('end', this.#end).once('close', this.#cut).once('error', this.#cut);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#req.off('data', this.#take).off('end', this.#end).off('close', this.#cut);
    this.#req.on('error', () => {});
    this.#req.resume();
    done(error);
  }

  readonly #take = (chunk: Buffer) => {
    this.received += chunk.length;
    if (!this.push(chunk)) this.#req.pause();
  };

  readonly #end = () => {
    this.push(null);
  };

  readonly #cut = () => {
    if (!this.#req.complete) this.destroy(incompleteBody());
  };
}

/** A body that somebody reads, as the watch over time sees it. */
interface ReadBody {
  /** Bytes that came so far; the connection may bring those of other requests too. */
  readonly received: number;
  /** True while it waits for who reads it, not for the client. */
  readonly isFull: boolean;
  destroy(error: Failure): unknown;
}

const NOTHING = Buffer.alloc(0);

/**
 * A body that is wanted whole, straight from the request: no stream between, no iterator. As with RequestBody, what is beyond the limit is
 * thrown away and the answer still reaches the client.
 */
export function wholeBodyOf(req: IncomingMessage, limit: number, tooLarge: () => unknown): Promise<Buffer> {
  if (hasNoBody(req)) return Promise.resolve(NOTHING);
  if (req.destroyed) return Promise.reject(incompleteBody());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const stop = (error: unknown) => {
      req.off('data', take).off('end', end).off('close', cut);
      req.on('error', () => {});
      req.resume();
      reject(error);
    };
    const read = { isFull: false, destroy: stop, received: 0 };
    const take = (chunk: Buffer) => {
      read.received += chunk.length;
      if (read.received > limit) stop(tooLarge());
      else chunks.push(chunk);
    };
    const end = () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, read.received));
    const cut = () => {
      if (!req.readableEnded) stop(incompleteBody());
    };
    (req as Awaited)[awaited] = read;
    req.on('data', take).on('end', end).on('close', cut);
  });
}

/** Kept on the request itself: a WeakMap costs the garbage collector several µs a request. */
const awaited = Symbol('awaited body');
type Awaited = IncomingMessage & { [awaited]?: ReadBody };

/** The body of that request, once somebody began to read it: whoever watches over time can end the wait by destroying it. */
export function awaitedBody(req: IncomingMessage): ReadBody | undefined {
  return (req as Awaited)[awaited];
}

function incompleteBody(): Failure {
  return fail('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header');
}
