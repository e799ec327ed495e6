// Installing what is missing; shared by bin/dalamb.mjs and tools/. Plain JavaScript for any Node from 18 on.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** Path of the Node 26 binary for this machine. Throws when its package is missing. */
export function node26() {
  for (const name of [`node26-${process.platform}-${process.arch}`, 'node26']) {
    try {
      const binary = path.join(path.dirname(require.resolve(`${name}/package.json`)), 'bin', 'node');
      if (fs.existsSync(binary)) return binary;
    } catch {}
  }
  if (Number(process.versions.node.split('.')[0]) >= 26) return process.execPath;
  throw new Error(
    `there is no Node 26 package for ${process.platform}-${process.arch}; install Node 26 or later and run this with it`,
  );
}

/**
 * Runs `npm ci` in a checkout unless the installed tree is the lock file's. Inside another project's node_modules npm has done it already.
 * dev: also what tests and tools need; where that was installed before, it stays.
 */
export async function installPackages({ dev: asked, say }) {
  const lock = path.join(root, 'package-lock.json');
  if (root.split(path.sep).includes('node_modules') || !fs.existsSync(lock)) return;
  const stamp = path.join(root, 'node_modules', '.dalamb-installed');
  const wanted = createHash('sha256').update(fs.readFileSync(lock)).digest('hex');
  const have = fs.existsSync(stamp) ? fs.readFileSync(stamp, 'utf8').split(' ') : [];
  const dev = asked || have[1] === 'dev';
  if (have[0] === wanted && (have[1] === 'dev' || !dev)) return;
  say(`installing npm packages (once${dev ? ', with those for tests' : ''}) …`);
  const began = Date.now();
  // No package needs its install script; those of ssh2 would compile what it runs without as well.
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...(dev ? [] : ['--omit=dev'])];
  const npm = spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', flags, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: environment(dev),
  });
  if (npm.error || npm.status !== 0)
    throw new Error(`npm ci failed${npm.error ? `: ${npm.error.message}` : ''}; see its output above`);
  fs.writeFileSync(stamp, `${wanted} ${dev ? 'dev' : 'run'}`);
  say(`npm packages installed in ${Math.round((Date.now() - began) / 1000)} s`);
}

/** npm passes its own settings down in variables; those of an outer `npm start --omit=…` must not reach this install. */
function environment(dev) {
  const env = { ...process.env };
  if (dev) delete env.NODE_ENV;
  for (const name of Object.keys(env))
    if (/^npm_config_(omit|include|production|only|ignore_scripts)$/i.test(name)) delete env[name];
  return env;
}

/** Debian's names of what isolation needs, with the program (or file) that tells whether it is there. */
const systemPackages = [
  { name: 'runc', has: 'runc' },
  { name: 'nftables', has: 'nft' },
  { name: 'iproute2', has: 'ip' },
  { name: 'e2fsprogs', has: 'mkfs.ext4' },
  { name: 'util-linux', has: 'setpriv' },
  { name: 'golang-github-containers-common', has: '/usr/share/containers/seccomp.json' },
];

const directories = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];
const present = (has) =>
  has.startsWith('/') ? fs.existsSync(has) : directories.some((directory) => fs.existsSync(path.join(directory, has)));

/**
 * On Debian and its kin, as root: installs what sandboxes need. Elsewhere it prints the one command; dalamb then starts without isolation
 * and says so. extra: further packages (tests have some).
 */
export async function installSystemPackages({ say, extra = [] }) {
  if (process.platform !== 'linux') return;
  const missing = [...systemPackages, ...extra].filter(({ has }) => !present(has)).map(({ name }) => name);
  if (missing.length === 0) return;
  const apt = present('apt-get');
  const command = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !apt) {
    say(`for isolated sandboxes, run once${apt ? ' as root' : ' (with your package manager)'}: ${command}`);
    return;
  }
  say(`installing system packages: ${missing.join(' ')} …`);
  const done = spawnSync('sh', ['-c', command.replaceAll('apt-get ', 'apt-get -q ')], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (done.status !== 0)
    say('installing them failed (see above); dalamb starts without what is missing and says what that means');
}
