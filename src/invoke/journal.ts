import type { Clock } from '../kernel/index.ts';
import type { Call, FunctionSpec, LogStream, Report, WriteLog } from '../model/index.ts';
import { EnvironmentLog } from './environment-log.ts';
import type { InitOutcome } from './launch.ts';
import { jsonLines, type SystemLines, textLines } from './lines.ts';
import { failureOf } from './payloads.ts';

/** The log of one environment: what it went through, in the platform's lines of the function's format, between what the function wrote. */
export class Journal {
  /** What the function writes. */
  readonly output: EnvironmentLog;
  readonly #spec: FunctionSpec;
  readonly #clock: Clock;
  readonly #lines: SystemLines;

  constructor(spec: FunctionSpec, stream: LogStream, { writeLog, clock }: { writeLog: WriteLog; clock: Clock }) {
    this.#spec = spec;
    this.#clock = clock;
    this.#lines = spec.logFormat === 'JSON' ? jsonLines(spec.systemLogLevel ?? 'INFO') : textLines;
    this.output = new EnvironmentLog(stream, writeLog, clock);
  }

  initStarts(runtimeVersion: string): void {
    const now = this.#clock.now();
    this.output.system(this.#lines.initStart(runtimeVersion, this.#spec.region, now), now);
  }

  /** elapsed: ms. */
  initFailed(elapsed: number, outcome: Exclude<InitOutcome, { kind: 'ready' }>): void {
    const now = this.#clock.now();
    const status = outcome.kind === 'timeout' ? 'timeout' : 'error';
    const errorType = outcome.kind === 'timeout' ? undefined : failureOf('', outcome).errorType;
    this.output.system(this.#lines.initFailed(elapsed, status, errorType, now), now);
    this.output.flush();
  }

  /** now: epoch ms. */
  callBegins({ requestId, logTail }: Call, now: number): void {
    if (logTail) this.output.keepTail();
    this.output.system(this.#lines.start(requestId, this.#spec.version, now), now);
  }

  callTimedOut({ requestId }: Call): void {
    const now = this.#clock.now();
    this.output.system(this.#lines.timedOut(requestId, this.#spec.timeoutMs, now), now);
  }

  /** Its last lines; the tail, if the call asks for it. */
  callEnds({ logTail }: Call, report: Report): Buffer | undefined {
    const now = this.#clock.now();
    this.output.endLine();
    this.output.system(this.#lines.end(report.requestId), now);
    this.output.system(this.#lines.report(report, now), now);
    const tail = logTail ? this.output.takeTail() : undefined;
    this.output.flush();
    return tail;
  }

  /** There is no more. */
  close(): void {
    this.output.endLine();
    this.output.flush();
  }
}
