import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';

/** Resident memory of one process in bytes, now and at most; zeros when it is gone. Where there is no /proc, `ps` knows the current value only. */
export async function memoryOf(pid: number | undefined): Promise<{ readonly current: number; readonly peak: number }> {
  if (pid === undefined) return { current: 0, peak: 0 };
  if (process.platform === 'linux') {
    const status = await fs.readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    return { current: kilobytes(/VmRSS:\s+(\d+)/.exec(status)), peak: kilobytes(/VmHWM:\s+(\d+)/.exec(status)) };
  }
  const text = await new Promise<string>((resolve) =>
    execFile('ps', ['-o', 'rss=', '-p', String(pid)], (_error, stdout) => resolve(stdout)),
  );
  const current = kilobytes(/(\d+)/.exec(text));
  return { current, peak: current };
}

function kilobytes(match: RegExpExecArray | null): number {
  return Number(match?.[1] ?? 0) * 1024;
}
