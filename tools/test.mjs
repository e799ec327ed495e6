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
// Unit tests share two processes; what starts servers and sandboxes gets a process a file, two at a time.
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
const memory = inMemory();
const halves = [0, 1].map((odd) => unit.filter((_, at) => at % 2 === odd)).filter((half) => half.length);
const codes = await Promise.all(
  halves.map((half, at) => run([...flags, '--test-isolation=none', ...half], { memory, quiet: at > 0 })),
);
if (codes.some((code) => code !== 0)) failed.push('unit tests');
if (memory) fs.rmSync(memory, { recursive: true, force: true });
if (rest.length && (await run([...flags, '--test-concurrency=2', ...rest])) !== 0)
  failed.push('contracts, conformance, scenarios or shape');
if (failed.length) say(`failed: ${failed.join('; ')}`);
process.exit(failed.length ? 1 : 0);

/** Unit tests open hundreds of stores, and prove nothing about disks: they work in memory where there is room. */
function inMemory() {
  try {
    const { bavail, bsize } = fs.statfsSync('/dev/shm');
    return bavail * bsize > ROOM ? fs.mkdtempSync('/dev/shm/dalamb-unit-') : undefined;
  } catch {
    return undefined;
  }
}

/** Resolves to the exit code. A signal goes on to the tests. What runs beside another says its words at the end. */
function run(argv, { memory, quiet = false } = {}) {
  return new Promise((resolve) => {
    const env = { ...process.env, ...(soak ? { SOAK: '1' } : {}), ...(memory ? { TMPDIR: memory } : {}) };
    const child = spawn(node26(), argv, { cwd: root, stdio: ['inherit', quiet ? 'pipe' : 'inherit', 'inherit'], env });
    const said = [];
    child.stdout?.on('data', (chunk) => said.push(chunk));
    const pass = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass);
    child.on('close', (code) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, pass);
      process.stdout.write(Buffer.concat(said));
      resolve(code ?? 1);
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
