import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './platform.ts';

const run = promisify(execFile);

/** What `.ci/run` installed, else the Python of the machine. */
const own = path.join(root, '.cache/python/bin/python3');
const python = fs.existsSync(own) ? own : 'python3';

/** Why tests with boto3 cannot run here; false when they can. */
export const noBoto3: string | false =
  spawnSync(python, ['-c', 'import boto3']).status === 0 ? false : 'no boto3 on this machine';

/** Runs a Python script with arguments; resolves to what it prints. Rejects when it fails. */
export async function runBoto3(script: string, args: readonly string[] = [], cwd?: string): Promise<string> {
  const { stdout } = await run(python, ['-c', script, ...args], { timeout: 60_000, ...(cwd === undefined ? {} : { cwd }) });
  return stdout.trim();
}
