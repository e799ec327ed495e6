import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { statusOf, withBench } from './platform.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly commit: string;
  readonly sandbox: string;
  readonly isolation: boolean;
}

export async function describeMachine(): Promise<Machine> {
  const { sandbox } = await withBench({}, ({ platform }) => statusOf(platform));
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(),
    node: process.version,
    commit: commit(),
    sandbox: sandbox.driver,
    isolation: sandbox.isolation,
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', cwd: import.meta.dirname }).trim();
  } catch {
    return 'unknown'; // not a checkout
  }
}

export interface Run {
  readonly began: Date;
  readonly seconds: number;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly loadBefore: number[];
  readonly loadAfter: number[];
}

/** The machine is part of every figure; a load average above the bench's own share says that something else ran. */
export function headOf({ began, seconds, quick, machine, loadBefore, loadAfter }: Run): string {
  const { cores, cpu, memoryGiB, kernel, node, commit: of, sandbox, isolation } = machine;
  const loads = [loadBefore, loadAfter].map((load) => load[0]!.toFixed(2)).join(' before, ');
  return [
    `dalamb ${of}, ${began.toISOString().slice(0, 16)}Z, ${seconds} s${quick ? ', QUICK: too short to be trusted' : ''}`,
    `${cores} cores (${cpu}), ${memoryGiB} GiB, Linux ${kernel}, Node ${node}, sandboxes ${sandbox}${isolation ? '' : ' WITHOUT isolation'}; load average ${loads} after`,
  ].join('\n');
}
