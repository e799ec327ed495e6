import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { run } from './cli/index.ts';
import { cliDefaults } from './config.ts';
import { checkStore } from './store/index.ts';

/** `dalamb …` other than start: the command line with this process's streams. Resolves to the exit code. */
export function commandLine(args: readonly string[]): Promise<number> {
  const ending = interruption();
  const manifest = path.join(path.dirname(import.meta.dirname), 'package.json');
  return run(args, {
    io: {
      out: (text) => void process.stdout.write(text),
      error: (text) => void process.stderr.write(text),
      stdin: () => buffer(process.stdin),
      fetch,
      fetchLocal,
      now: Date.now,
      colour: process.stdout.isTTY === true && process.stdout.hasColors(),
      get signal() {
        return ending();
      },
    },
    version: JSON.parse(fs.readFileSync(manifest, 'utf8')).version,
    defaults: cliDefaults,
    checkStore: async (directory) => (await checkStore(path.join(directory, 'store'))).problems,
  });
}

/** The command that asks for it ends by itself when it is interrupted; all others just end. */
function interruption(): () => AbortSignal {
  let ending: AbortController | undefined;
  return () => {
    if (!ending) {
      const begun = new AbortController();
      process.once('SIGINT', () => begun.abort());
      ending = begun;
    }
    return ending.signal;
  };
}

/** fetch over the local socket of a data directory, for a server on this machine. */
function fetchLocal(directory: string): typeof fetch {
  const socketPath = path.join(path.resolve(directory), 'control.sock');
  return (url, init) =>
    new Promise((resolve, reject) => {
      const { pathname, search } = new URL(String(url));
      const headers = { ...(init?.headers as Record<string, string>), host: 'localhost' };
      const request = http.request(
        { socketPath, path: pathname + search, method: init?.method, headers, signal: init?.signal ?? undefined },
        (response) => {
          buffer(response).then((body) => resolve(new Response(new Uint8Array(body), { status: response.statusCode })), reject);
        },
      );
      request.on('error', reject);
      if (init?.body instanceof Blob) Readable.from(init.body.stream()).pipe(request);
      else request.end(init?.body ?? undefined);
    });
}
