import { createHash } from 'node:crypto';
import type { Report } from '../model/index.ts';

/** The platform's own log lines, in the function's format (spec/invoke.md §7, §7.1). undefined: below the function's system log level. */
export interface SystemLines {
  initStart(version: string, region: string, time: number): string | undefined;
  initFailed(durationMs: number, status: 'timeout' | 'error', errorType: string | undefined, time: number): string | undefined;
  start(requestId: string, version: string, time: number): string | undefined;
  timedOut(requestId: string, timeoutMs: number, time: number): string | undefined;
  end(requestId: string): string | undefined;
  report(report: Report, time: number): string | undefined;
}

export const textLines: SystemLines = {
  initStart: (version, region) => `INIT_START Runtime Version: ${version}\tRuntime Version ARN: ${versionArn(version, region)}`,
  initFailed: (durationMs, status, errorType) => {
    const tail = errorType === undefined ? '' : `\tError Type: ${errorType}`;
    return `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms\tPhase: init\tStatus: ${status}${tail}`;
  },
  start: (requestId, version) => `START RequestId: ${requestId} Version: ${version}`,
  timedOut: (requestId, timeoutMs, time) =>
    `${new Date(time).toISOString()} ${requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds\n`,
  end: (requestId) => `END RequestId: ${requestId}`,
  report(report) {
    const init = report.initMs === undefined ? '' : `Init Duration: ${report.initMs.toFixed(2)} ms\t`;
    return (
      `REPORT RequestId: ${report.requestId}\tDuration: ${report.durationMs.toFixed(2)} ms\t` +
      `Billed Duration: ${report.billedMs} ms\tMemory Size: ${report.memoryMiB} MB\t` +
      `Max Memory Used: ${report.maxMemoryMiB} MB\t${init}${statusText(report)}`
    );
  },
};

function statusText({ status, errorType }: Report): string {
  if (status === 'success') return '';
  return status === 'timeout' ? 'Status: timeout' : `Status: error\tError Type: ${errorType ?? 'Runtime.Unknown'}`;
}

const RANK: Readonly<Record<string, number>> = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4, FATAL: 5 };

/** JSON records from a system log level up. */
export function jsonLines(level: string): SystemLines {
  const least = RANK[level] ?? 2;
  const record = (rank: string, type: string, time: number, fields: object) =>
    RANK[rank]! >= least ? JSON.stringify({ time: new Date(time).toISOString(), type, record: fields }) : undefined;
  const initialization = { initializationType: 'on-demand', phase: 'init' };
  return {
    initStart: (version, region, time) =>
      record('INFO', 'platform.initStart', time, {
        ...initialization,
        runtimeVersion: version,
        runtimeVersionArn: versionArn(version, region),
      }),
    initFailed: (durationMs, status, errorType, time) =>
      record('WARN', 'platform.initReport', time, {
        ...initialization,
        status,
        errorType,
        metrics: { durationMs: round(durationMs) },
      }),
    start: (requestId, version, time) => record('INFO', 'platform.start', time, { requestId, version }),
    timedOut: () => undefined, // the report says it
    end: () => undefined,
    report(report, time) {
      const { requestId, status, errorType } = report;
      const metrics = {
        durationMs: round(report.durationMs),
        billedDurationMs: report.billedMs,
        memorySizeMB: report.memoryMiB,
        maxMemoryUsedMB: report.maxMemoryMiB,
        initDurationMs: report.initMs === undefined ? undefined : round(report.initMs),
      };
      return record(status === 'success' ? 'INFO' : 'WARN', 'platform.report', time, { requestId, status, errorType, metrics });
    },
  };
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function versionArn(version: string, region: string): string {
  return `arn:aws:lambda:${region}::runtime:${createHash('sha256').update(version).digest('hex')}`;
}
