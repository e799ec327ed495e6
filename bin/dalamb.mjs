#!/usr/bin/env node
// The way in, for any Node from 18 on: installs what is missing, then runs dalamb on the Node 26 that comes as an npm package.
// Plain JavaScript without dependencies. Everything it says goes to stderr; stdout belongs to dalamb.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { installPackages, installSystemPackages, node26, root } from './install.mjs';

const args = process.argv.slice(2);
const starting = args[0] === 'start';
const say = (text) => process.stderr.write(`dalamb: ${text}\n`);

try {
  await installPackages({ dev: false, say });
  if (starting) await installSystemPackages({ say });
  run(node26(), [...nodeFlags(), entry(), ...args]);
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}

/** A checkout runs its TypeScript as it is; a package from a registry carries it with the types stripped (tools/pack.mjs). */
function entry() {
  const source = path.join(root, 'src', 'main.ts');
  return fs.existsSync(source) ? source : path.join(root, 'dist', 'main.js');
}

function nodeFlags() {
  return ['--disable-warning=ExperimentalWarning'];
}

/** Becomes that process where Node can (22.15 and later), else starts it as a child that ends when this process does. */
function run(command, argv) {
  if (process.execve) process.execve(command, [command, ...argv], process.env);
  const child = spawn(command, argv, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, DALAMB_LAUNCHER: 'ipc' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(`cannot start ${command}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}
