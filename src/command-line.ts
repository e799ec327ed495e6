import fs from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { run } from './cli/index.ts';
import { cliDefaults } from './config.ts';
import { checkStore } from './store/index.ts';

/** `dalamb …` other than start: the command line with this process's streams. Resolves to the exit code. */
export function commandLine(args: readonly string[]): Promise<number> {
  const ending = new AbortController();
  process.once('SIGINT', () => ending.abort());
  const manifest = path.join(path.dirname(import.meta.dirname), 'package.json');
  return run(args, {
    io: {
      out: (text) => void process.stdout.write(text),
      error: (text) => void process.stderr.write(text),
      stdin: () => buffer(process.stdin),
      fetch,
      now: Date.now,
      signal: ending.signal,
    },
    version: JSON.parse(fs.readFileSync(manifest, 'utf8')).version,
    defaults: cliDefaults,
    checkStore: async (directory) => (await checkStore(path.join(directory, 'store'))).problems,
  });
}
