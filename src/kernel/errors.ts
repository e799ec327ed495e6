/** Whose fault a failure is; decides between 4xx and 5xx, and whether it is logged as a defect. */
export type Fault = 'caller' | 'platform';

export interface FailureOptions {
  /** HTTP status; default 400 for a caller's fault, 500 for the platform's. */
  readonly status?: number;
  readonly fault?: Fault;
  /** Further members of the error's shape on the wire, e.g. `{ Type: 'User' }`. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** The one error class: a stable code, a text for people, a status, and the members its shape has on the wire. */
export class Failure extends Error {
  readonly code: string;
  readonly status: number;
  readonly fault: Fault;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = code;
    this.code = code;
    this.fault = options.fault ?? ((options.status ?? 400) >= 500 ? 'platform' : 'caller');
    this.status = options.status ?? (this.fault === 'platform' ? 500 : 400);
    this.fields = options.fields ?? {};
    this.headers = options.headers ?? {};
  }
}

/** Builds (does not throw) a failure: `throw fail('NoSuchKey', '…', { status: 404 })`. */
export function fail(code: string, message: string, options?: FailureOptions): Failure {
  return new Failure(code, message, options);
}

/** A promise of this code base was broken; never a caller's fault. */
export function bug(message: string, cause?: unknown): Failure {
  return new Failure('InternalError', message, { status: 500, fault: 'platform', cause });
}

export function isFailure(error: unknown, code?: string): error is Failure {
  return error instanceof Failure && (code === undefined || error.code === code);
}

/** A text for a log line out of anything that was thrown. */
export function describe(error: unknown): string {
  if (error instanceof Error) return error.stack ?? `${error.name}: ${error.message}`;
  return String(error);
}
