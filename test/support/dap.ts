import type { Duplex } from 'node:stream';

// biome-ignore lint/suspicious/noExplicitAny: the protocol's own shapes
type Message = any;

/** A client of the Debug Adapter Protocol: JSON behind a Content-Length, as editors speak it. */
export interface DebugAdapter {
  /** Sends a request and does not wait. */
  readonly send: (command: string, args?: object) => void;
  /** The next answer or event of that name, or one that came already; its body. */
  readonly next: (name: string) => Promise<Message>;
}

const PATIENCE_MS = 20_000;

export function debugAdapter(connection: Duplex): DebugAdapter {
  const messages: Message[] = [];
  let rung = () => {};
  let bytes = Buffer.alloc(0);
  let last = 0;
  connection.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const head = /^Content-Length: (\d+)\r\n\r\n/.exec(bytes.toString('latin1', 0, 64));
      if (!head || bytes.length < head[0].length + Number(head[1])) break;
      const end = head[0].length + Number(head[1]);
      messages.push(JSON.parse(bytes.toString('utf8', head[0].length, end)));
      bytes = bytes.subarray(end);
    }
    rung();
  });
  return {
    send(command, args = {}) {
      const text = JSON.stringify({ seq: ++last, type: 'request', command, arguments: args });
      connection.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    },
    async next(name) {
      const late = AbortSignal.timeout(PATIENCE_MS);
      for (;;) {
        const at = messages.findIndex(({ event, command }) => event === name || command === name);
        if (at >= 0) return messages.splice(at, 1)[0].body;
        late.throwIfAborted();
        await new Promise<void>((resolve) => {
          rung = resolve;
          setTimeout(resolve, 500).unref();
        });
      }
    },
  };
}
