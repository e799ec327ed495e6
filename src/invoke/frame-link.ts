import fs from 'node:fs';
import type { Duplex } from 'node:stream';
import type { Tickets } from '../sandbox/index.ts';
import {
  COPY_UP_TO,
  decodeError,
  ERROR,
  encodeFrame,
  encodeInvoke,
  frameReader,
  INIT,
  INIT_DONE,
  INIT_ERROR,
  LOG,
  MAX_RESPONSE,
  OFFER,
  OUT,
  READY,
  RESULT,
} from './frames.ts';
import type { InitRequest, InitResult, LinkEvents, RuntimeCall, RuntimeLink } from './link.ts';
import { Offers } from './offers.ts';
import { serveRuntimeApi } from './runtime-api.ts';
import { RuntimeSession } from './runtime-session.ts';

/** The frame conversation (frames.ts) with one of our own bootstraps. Warm round trip: bench `invoke-room`. */
export class FrameLink implements RuntimeLink {
  readonly ready: Promise<void>;
  readonly drained: Promise<void>;
  #socket: Duplex | undefined;
  #events: LinkEvents | undefined;
  /** The last number that was given. */
  #last = 0;
  /** The call that runs. */
  #running = { number: 0, requestId: '' };
  #busy = false;
  #closed = false;
  #session: RuntimeSession | undefined;
  #offers: Offers | undefined;
  readonly #tickets: () => Tickets | undefined;
  #onReady!: () => void;
  #onDrained!: () => void;
  #onInit: ((result: InitResult) => void) | undefined;

  /** tickets: those of the sandbox, once it is booted. */
  constructor(tickets: () => Tickets | undefined) {
    this.#tickets = tickets;
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    this.drained = new Promise((resolve) => {
      this.#onDrained = resolve;
    });
  }

  get connected(): boolean {
    return this.#socket !== undefined;
  }

  get wantsNotice(): boolean {
    return this.#session?.wantsNotice ?? false;
  }

  connect(listener: 'channel' | 'runtime', socket: Duplex): void {
    socket.on('error', () => {});
    if (listener === 'runtime') return void this.#serveApi(socket);
    if (this.#socket || this.#closed) return void socket.destroy(); // the runtime came first; whoever comes later is not it
    this.#socket = socket;
    const read = frameReader((type, body) => this.#frame(type, body));
    const take = (chunk: Buffer) => {
      if (!read(chunk)) this.#lose();
    };
    socket.on('data', take);
    outliveWrites(socket, take);
    socket.on('close', () => {
      this.#onDrained();
      this.#lose();
    });
  }

  init(request: InitRequest, events: LinkEvents): Promise<InitResult> {
    this.#events = events;
    return new Promise((resolve) => {
      this.#onInit = resolve;
      this.#socket?.write(encodeFrame(INIT, JSON.stringify({ ...request, limit: MAX_RESPONSE })));
    });
  }

  invoke(call: RuntimeCall): void {
    const socket = this.#socket;
    if (!socket) return;
    const seq = ++this.#last;
    this.begin(seq, call.requestId);
    const parts = encodeInvoke({ seq, ...call }, call.payload);
    if (parts.length === 1) return void socket.write(parts[0]);
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.uncork();
  }

  offer(call: RuntimeCall): number | undefined {
    if (!this.#busy || !this.#offers || call.payload.byteLength > COPY_UP_TO) return undefined;
    const seq = ++this.#last;
    this.#offers.add(seq, encodeInvoke({ seq, ...call }, call.payload, OFFER)[0]);
    return seq;
  }

  begin(number: number, requestId: string): void {
    this.#busy = true;
    this.#running = { number, requestId };
  }

  takeBack(): ReadonlySet<number> {
    return this.#offers?.takeBack(this.#busy ? this.#running.number : undefined) ?? new Set();
  }

  close(): void {
    this.#closed = true;
    this.#events = undefined;
    this.#offers?.close();
    this.#session?.close();
    this.#socket?.destroy();
    this.#onDrained();
  }

  #lose(): void {
    this.#socket?.destroy();
    this.#events?.lost();
  }

  #frame(type: number, body: Buffer): void {
    if (type === RESULT) return void this.#result(body);
    if (type === LOG) return void this.#events?.log(body.toString('utf8'));
    if (type === OUT) return void this.#events?.output(body);
    if (type === ERROR) return void this.#error(body);
    if (type === READY) return void this.#booted(body);
    if (type === INIT_DONE) return void this.#initialised({ ok: true });
    if (type === INIT_ERROR) return void this.#initialised({ ok: false, ...copied(decodeError(body)) });
    this.#lose();
  }

  #booted(body: Buffer): void {
    const tickets = this.#tickets();
    if (body[0] === 1 && tickets && this.#socket) this.#offers ??= new Offers(tickets, this.#socket);
    this.#onReady();
  }

  #initialised(result: InitResult): void {
    this.#onInit?.(result);
    this.#onInit = undefined;
  }

  #result(body: Buffer): void {
    if (body.byteLength < 8 || !this.#ends(body)) return;
    if (body.byteLength - 8 > MAX_RESPONSE) this.#events?.tooLarge();
    else this.#events?.result(Buffer.from(body.subarray(8)), 'application/json', body.readUInt32BE(4) / 1000);
    this.#events?.done();
  }

  #error(body: Buffer): void {
    if (!this.#ends(body)) return;
    const { errorType, payload } = copied(decodeError(body.subarray(5)));
    if (payload.byteLength > MAX_RESPONSE) this.#events?.tooLarge();
    else this.#events?.error(payload, errorType, 'application/json');
    if (body[4] === 0) this.#events?.done();
  }

  /** Whether a frame ends the call that runs; anything else is late or forged. */
  #ends(body: Buffer): boolean {
    if (!this.#busy || body.byteLength < 4 || body.readUInt32BE(0) !== this.#running.number) return false;
    this.#busy = false;
    this.#session?.finished();
    return true;
  }

  /** Functions may speak to the Runtime API as well; it is set up when the first one does. */
  #serveApi(socket: Duplex): void {
    this.#session ??= new RuntimeSession({
      events: () => this.#events,
      running: () => (this.#busy ? this.#running.requestId : undefined),
    });
    serveRuntimeApi(socket, this.#session);
  }
}

function copied(error: { errorType: string; payload: Buffer }): { errorType: string; payload: Buffer } {
  return { errorType: error.errorType, payload: Buffer.from(error.payload) };
}

/**
 * A write fails when the process has ended; that must not take away what it said before. Node would destroy the socket then, with all that
 * waits to be read, and has no public way to say otherwise.
 */
function outliveWrites(socket: Duplex, take: (chunk: Buffer) => void): void {
  const inner = socket as unknown as Inner;
  for (const state of [inner._readableState, inner._writableState]) if (state) state.autoDestroy = false;
  socket.on('end', () => socket.destroy());
  socket.on('error', () => {
    const fd = inner._handle?.fd;
    if (fd !== undefined && fd >= 0) readRest(fd, take);
    socket.destroy();
  });
}

interface Inner {
  readonly _readableState?: { autoDestroy: boolean };
  readonly _writableState?: { autoDestroy: boolean };
  readonly _handle?: { readonly fd?: number } | null;
}

/** What lies in the socket of a process that has ended; at most so much. */
function readRest(fd: number, take: (chunk: Buffer) => void): void {
  for (let left = MAX_RESPONSE; left > 0; ) {
    const chunk = Buffer.allocUnsafe(65_536);
    try {
      const length = fs.readSync(fd, chunk);
      if (length === 0) return;
      left -= length;
      take(chunk.subarray(0, length));
    } catch {
      return; // nothing more, or it was reset
    }
  }
}
