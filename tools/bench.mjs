// `npm run bench`: installs what the bench needs, then runs it on Node 26. It prints one table and keeps it as JSON in bench/results/.
// `--quick`: short rounds, to see that it works. `--only NAME`, as often as wanted: warm, cold, store, patterns, put, idle, many, start,
// services, sources, dev, delivery, memory. `--events N`: how many go through the bench of memory. `--peers`: other servers beside the services.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { installPackages, installSystemPackages, node26, root } from '../bin/install.mjs';

const say = (text) => process.stderr.write(`bench: ${text}\n`);

await installPackages({ dev: true, say });
await installSystemPackages({ say, extra: [{ name: 'wrk', has: 'wrk' }] });
const flags = ['--disable-warning=ExperimentalWarning', path.join(root, 'bench', 'run.ts')];
const child = spawn(node26(), [...flags, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
