// `npm test`: installs what tests need, then runs them all with node:test on Node 26. `--soak`: the long crash and attack suites as well.
// Arguments that are files or patterns run only those: `npm test -- src/store`.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { installPackages, installSystemPackages, node26, root } from '../bin/install.mjs';

/** Bytes. */
const ROOM = 2 ** 30;
const say = (text) => process.stderr.write(`test: ${text}\n`);
const args = process.argv.slice(2);
const soak = args.includes('--soak');
const only = args.filter((arg) => !arg.startsWith('--'));

await installPackages({ dev: true, say });
await installSystemPackages({ say });
const files = find(only.length ? only : ['src', 'test', 'runtimes', 'bench', 'examples']);
// What starts servers and sandboxes gets a process a file, two at a time.
const unit = files.filter((file) => file.startsWith(`src${path.sep}`));
const rest = files.filter((file) => !unit.includes(file));
const flags = [
  '--disable-warning=ExperimentalWarning',
  '--test',
  '--test-timeout=600000',
  '--test-reporter=spec',
  '--test-force-exit',
];
const failed = [];
await runUnits();
if (rest.length && (await run([...flags, '--test-concurrency=2', ...rest])).code !== 0)
  failed.push('contracts, conformance, scenarios or shape');
if (failed.length) say(`failed: ${failed.join('; ')}`);
process.exit(failed.length ? 1 : 0);

/**
 * Unit tests share a process for each room and each service, two at a time: one for all is six times the work, for what a file opens before
 * its tests stays open until all have run. Says a line for each, and all of it where something failed.
 */
async function runUnits() {
  const memory = inMemory();
  const byHouse = new Map();
  for (const file of unit) byHouse.set(houseOf(file), [...(byHouse.get(houseOf(file)) ?? []), file]);
  const houses = [...byHouse].sort(([, a], [, b]) => b.length - a.length);
  const next = async () => {
    for (let house = houses.shift(); house; house = houses.shift()) {
      const [name, tests] = house;
      const { code, said, ms } = await run([...flags, '--test-isolation=none', ...tests], { memory, quiet: true });
      if (code !== 0) failed.push(`unit tests of ${name}`);
      const count = /^\S+ pass (\d+)$/m.exec(said)?.[1] ?? 'no';
      if (code !== 0 || only.length) process.stdout.write(said);
      else process.stdout.write(`✔ ${name}: ${count} tests (${(ms / 1000).toFixed(1)} s)\n`);
    }
  };
  await Promise.all([next(), next()]);
  if (memory) fs.rmSync(memory, { recursive: true, force: true });
}

/** `src/store/wal.test.ts` is of `src/store`, `src/services/sqs/fifo.test.ts` of `src/services/sqs`. */
function houseOf(file) {
  const folders = path.dirname(file).split(path.sep);
  return folders.slice(0, folders[1] === 'services' ? 3 : 2).join('/');
}

/** Unit tests open hundreds of stores, and prove nothing about disks: they work in memory where there is room. */
function inMemory() {
  try {
    const { bavail, bsize } = fs.statfsSync('/dev/shm');
    return bavail * bsize > ROOM ? fs.mkdtempSync('/dev/shm/dalamb-unit-') : undefined;
  } catch {
    return undefined;
  }
}

/** Resolves to the exit code, how long it took, and, where quiet keeps it back, what it said. A signal goes on to the tests. */
function run(argv, { memory, quiet = false } = {}) {
  return new Promise((resolve) => {
    const env = { ...process.env, ...(soak ? { SOAK: '1' } : {}), ...(memory ? { TMPDIR: memory } : {}) };
    const began = Date.now();
    const child = spawn(node26(), argv, { cwd: root, stdio: ['inherit', quiet ? 'pipe' : 'inherit', 'inherit'], env });
    const said = [];
    child.stdout?.on('data', (chunk) => said.push(chunk));
    const pass = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass);
    child.on('close', (code) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, pass);
      resolve({ code: code ?? 1, ms: Date.now() - began, said: Buffer.concat(said).toString() });
    });
  });
}

function find(places) {
  const found = [];
  const visit = (place) => {
    const at = path.join(root, place);
    if (fs.statSync(at).isFile()) return found.push(place);
    for (const name of fs.readdirSync(at).sort()) {
      const entry = path.join(place, name);
      if (fs.statSync(path.join(root, entry)).isDirectory()) {
        if (name !== 'node_modules') visit(entry);
      } else if (/\.test\.(ts|mjs)$/.test(name)) found.push(entry);
    }
  };
  places.forEach(visit);
  return found;
}
