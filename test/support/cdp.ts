import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

// biome-ignore lint/suspicious/noExplicitAny: the protocol's own shapes
type Message = any;

/** A client of Chrome's DevTools protocol, attached over the port of an inspector. */
export interface Debugger {
  readonly send: (method: string, params?: object) => Promise<Message>;
  /** The next event of that name, or one that came already and was not waited for. */
  readonly event: (method: string) => Promise<Message>;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  readonly close: () => void;
}

const PATIENCE_MS = 20_000;

/** Asks the port what there is, attaches to it, and enables what debuggers enable. Tries again for a while, as editors do. */
export async function attach(port: number): Promise<Debugger> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  for (;;) {
    try {
      const debugging = await open(await targetOf(port, late));
      await debugging.send('Runtime.enable');
      await debugging.send('Debugger.enable');
      await debugging.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }); // a process that ends waits for that
      await debugging.send('Runtime.runIfWaitingForDebugger');
      return debugging;
    } catch (error) {
      if (late.aborted) throw error;
      await sleep(100);
    }
  }
}

/** On a connection of its own, which ends: open ones count as somebody who debugs. */
async function targetOf(port: number, signal: AbortSignal): Promise<string> {
  const request = http.get({ host: '127.0.0.1', port, path: '/json/list', agent: false, signal });
  const [response] = await once(request, 'response');
  const [target] = JSON.parse(await text(response));
  return target.webSocketDebuggerUrl;
}

async function open(url: string): Promise<Debugger> {
  const socket = new WebSocket(url);
  const answers = new Map<number, { resolve: (result: Message) => void; reject: (error: unknown) => void }>();
  const events: Message[] = [];
  let rung = () => {};
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data);
    if (message.method === 'NodeRuntime.waitingForDisconnect') socket.close();
    else if (message.id === undefined) events.push(message);
    else if (message.error) answers.get(message.id)!.reject(new RangeError(message.error.message));
    else answers.get(message.id)!.resolve(message.result);
    rung();
  });
  const closed = new Promise<void>((resolve) =>
    socket.addEventListener('close', () => {
      for (const { reject } of answers.values()) reject(new RangeError('the debugger is gone'));
      rung();
      resolve();
    }),
  );
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new RangeError(`cannot attach to ${url}`)));
  });
  return {
    closed,
    close: () => socket.close(),
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        answers.set(++last, { resolve, reject });
        socket.send(JSON.stringify({ id: last, method, params }));
      }),
    async event(method) {
      const late = AbortSignal.timeout(PATIENCE_MS);
      for (;;) {
        const at = events.findIndex((event) => event.method === method);
        if (at >= 0) return events.splice(at, 1)[0].params;
        late.throwIfAborted();
        if (socket.readyState !== WebSocket.OPEN) throw new RangeError(`the debugger is gone, before ${method}`);
        await new Promise<void>((resolve) => {
          rung = resolve;
          setTimeout(resolve, 500).unref();
        });
      }
    },
  };
}
