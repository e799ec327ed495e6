import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InvokeResult } from '../src/model/index.ts';
import { launcher, type Platform } from '../test/support/platform.ts';
import { compared, type Figure, type Round } from './figures.ts';
import { nodeStartMs } from './measure.ts';
import { type Bench, benchDirectory, control, removeBenchDirectory, withBench } from './platform.ts';

const WARM_UP = 3;
const PATIENCE_MS = 60_000;
/** Between two questions whether the new code answers. */
const ASK_MS = 2;
/** Between two saves, so that each finds a platform at rest. */
const REST_MS = 500;

/**
 * From writing a file of the folder that `dalamb dev` watches to the first answer of the new code, which is asked for all the time: two functions in
 * Node; then with many files beside that do not change, as dependencies do not.
 */
export async function benchDev(quick: boolean): Promise<Figure[]> {
  const rounds = quick ? 3 : 21;
  return withBench({}, async (bench) => [
    figureOf('save to new code answering', await saves(bench, 'small', { beside: 0, rounds })),
    figureOf('save to new code answering, 5,000 files beside', await saves(bench, 'large', { beside: 5000, rounds })),
  ]);
}

function figureOf(name: string, rounds: readonly Round[]): Figure {
  return compared(name, 'ms', { rounds, yardstick: 'node -e 0', target: { at: 'most', value: 300, of: 'value' } });
}

async function saves(
  { platform }: Bench,
  app: string,
  { beside, rounds }: { readonly beside: number; readonly rounds: number },
): Promise<Round[]> {
  const directory = benchDirectory();
  const folder = path.join(directory, app);
  writeApplication(folder, beside);
  const child = await develop(platform, folder);
  const all: Round[] = [];
  try {
    for (let save = 0; save < WARM_UP + rounds; save++) {
      await sleep(REST_MS);
      const yardstick = await nodeStartMs();
      const value = await saved(platform, folder, `save-${save}`);
      if (save >= WARM_UP) all.push({ value, yardstick });
    }
  } finally {
    child.kill('SIGINT');
    await once(child, 'exit');
    removeBenchDirectory(directory);
  }
  return all;
}

function writeApplication(folder: string, beside: number): void {
  fs.mkdirSync(path.join(folder, 'lib'), { recursive: true });
  const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
  write('Procfile', 'web: web.handler\nmail: mail.handler\n');
  write('package.json', '{"name":"bench","version":"1.0.0"}');
  write('web.js', "const said = require('./lib/said.js'); exports.handler = async () => said;\n");
  write('mail.js', "exports.handler = async () => 'mail';\n");
  write('lib/said.js', "module.exports = '';\n");
  for (let i = 0; i < beside; i++) {
    const name = `lib/${i % 50}/file-${i}.js`;
    if (i < 50) fs.mkdirSync(path.join(folder, `lib/${i}`));
    write(name, `module.exports = ${JSON.stringify(`${i} `.repeat(200))};\n`);
  }
}

/** The command line as it is used, once its first build runs. */
async function develop({ url }: Platform, folder: string): Promise<ChildProcess> {
  const [program, ...words] = launcher();
  const child = spawn(program, [...words, 'dev', folder, '--json', '--url', url], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout! })) {
    const { event } = JSON.parse(line) as { event: string };
    if (event === 'failed') throw new TypeError(line);
    if (event === 'swapped') break;
  }
  child.stdout!.resume();
  return child;
}

async function saved(platform: Platform, folder: string, said: string): Promise<number> {
  const route = `/functions/${path.basename(folder)}-web/invoke?env=dev`;
  const began = performance.now();
  fs.writeFileSync(path.join(folder, 'lib/said.js'), `module.exports = '${said}';\n`);
  for (;;) {
    const { payload } = await control<InvokeResult>(platform, 'POST', route, { qualifier: 'live' });
    const ms = performance.now() - began;
    if (payload === said) return ms;
    if (ms > PATIENCE_MS) throw new TypeError(`${said} never answered`);
    await sleep(ASK_MS);
  }
}
