import type { Duplex } from 'node:stream';
import type { InitRequest, InitResult, LinkEvents, RuntimeCall, RuntimeLink } from './link.ts';
import { serveRuntimeApi } from './runtime-api.ts';
import { RuntimeSession } from './runtime-session.ts';

/** A runtime that polls the Runtime API itself: `provided.*`, official clients. */
export class HttpLink implements RuntimeLink {
  readonly ready: Promise<void> = Promise.resolve();
  readonly drained: Promise<void> = Promise.resolve();
  readonly connected = true;
  readonly #session = new RuntimeSession();
  readonly #sockets = new Set<Duplex>();

  get wantsNotice(): boolean {
    return this.#session.wantsNotice;
  }

  connect(listener: 'channel' | 'runtime', socket: Duplex): void {
    socket.on('error', () => {});
    if (listener === 'channel') return void socket.destroy();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    serveRuntimeApi(socket, this.#session);
  }

  init(request: InitRequest, events: LinkEvents): Promise<InitResult> {
    return this.#session.init(request, events);
  }

  invoke(call: RuntimeCall): void {
    this.#session.invoke(call);
  }

  offer(): undefined {
    return undefined;
  }

  begin(): void {}

  takeBack(): ReadonlySet<number> {
    return new Set();
  }

  close(): void {
    this.#session.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
