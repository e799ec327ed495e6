import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { platformFailure } from '../../kernel/index.ts';

const run = promisify(execFile);

export interface ContainerOptions {
  /** `runc` or `runsc`. */
  readonly runtime: string;
  /** Where the runtime keeps its state. */
  readonly state: string;
  readonly id: string;
  /** Has config.json; pid and log are written there. */
  readonly bundle: string;
  /** Descriptors of the first process. */
  readonly stdio: readonly number[];
}

/** Has the runtime start a container and leave; resolves to its first process, our child. Rejects with SandboxUnavailable. */
export function startContainer({ runtime, state, id, bundle, stdio }: ContainerOptions): Promise<number> {
  const pidFile = path.join(bundle, 'pid');
  const log = path.join(bundle, 'log');
  const args = ['--root', state, '--log', log, 'run', '--detach', '--bundle', bundle, '--pid-file', pidFile, id];
  return new Promise((resolve, reject) => {
    const child = spawn(runtime, args, {
      stdio: [...stdio],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    child.once('error', (error) => reject(platformFailure('SandboxUnavailable', `${runtime}: ${error.message}`)));
    child.once('exit', (code, signal) => {
      if (code === 0 && fs.existsSync(pidFile)) return resolve(Number(fs.readFileSync(pidFile, 'utf8')));
      const said = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').slice(-2000) : '';
      reject(platformFailure('SandboxUnavailable', `${runtime} ended with ${code ?? signal}: ${said}`));
    });
  });
}

/** Its processes have ended: what else the runtime keeps running for it ends too (runc keeps nothing). Never rejects. */
export async function removeContainer(runtime: string, state: string, id: string): Promise<void> {
  if (runtime !== 'runc') await run(runtime, ['--root', state, 'delete', '--force', id]).catch(() => {});
}

/** The first child of a container's first process: a shell that was just told to start it needs a moment. Undefined when there is none. */
export async function mainProcess(first: number, ended: () => boolean): Promise<number | undefined> {
  for (let tries = 0; tries < 20 && !ended(); tries++) {
    const children = fs.readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim();
    if (children !== '') return Number(children.split(' ')[0]);
    await pause(1);
  }
  return undefined;
}
