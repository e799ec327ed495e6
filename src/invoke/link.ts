import type { Duplex } from 'node:stream';

/** What a runtime is told when its function is known. */
export interface InitRequest {
  readonly handler: string;
  /** Where the code is, as seen by the runtime. */
  readonly root: string;
  /** The same for layers: where `/opt` is. */
  readonly layers: string;
  readonly variables: Readonly<Record<string, string>>;
  /** AWS's name, e.g. `nodejs24.x`. */
  readonly runtime: string;
  readonly format: 'Text' | 'JSON';
  readonly level: string;
}

/** One invocation, as the runtime is told. */
export interface RuntimeCall {
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly contentType: string;
  /** Epoch ms; of an offer: ms from its beginning. */
  readonly deadline: number;
  readonly arn: string;
  readonly traceId: string | undefined;
  readonly clientContext: string | undefined;
}

export type InitResult = { readonly ok: true } | { readonly ok: false; readonly errorType: string; readonly payload: Buffer };

/** What a runtime process says, to the environment that has it. All calls after init; none after close. */
export interface LinkEvents {
  /** tookMs: what the runtime itself measured, if it says so. */
  result(payload: Buffer, contentType: string, tookMs?: number): void;
  error(payload: Buffer, errorType: string, contentType: string): void;
  tooLarge(): void;
  /** Ready for the next call. */
  done(): void;
  /** One log event. */
  log(text: string): void;
  /** Bytes of stdout and stderr. */
  output(chunk: Buffer): void;
  /** The connection is gone or broke the rules. */
  lost(): void;
}

/** The conversation with one runtime process: our frames, or the Runtime API over HTTP. */
export interface RuntimeLink {
  /** A connection from inside. */
  connect(listener: 'channel' | 'runtime', socket: Duplex): void;
  /** Resolves when a pre-booted process has said so; HTTP runtimes have nothing to say. */
  readonly ready: Promise<void>;
  /** Resolves when the runtime takes calls or has failed to; never rejects. May stay open for ever: the caller has the deadline. */
  init(request: InitRequest, events: LinkEvents): Promise<InitResult>;
  invoke(call: RuntimeCall): void;
  /** Hands over a call ahead of its turn, while another runs; its number, or undefined when this runtime cannot take it. */
  offer(call: RuntimeCall): number | undefined;
  /** The call that ran is over, and the runtime goes on with this offer. */
  begin(number: number, requestId: string): void;
  /** Takes back all offers that the runtime has not begun; their numbers. */
  takeBack(): ReadonlySet<number>;
  /** Resolves when all that the process wrote before its end was read. */
  readonly drained: Promise<void>;
  /** Whether the process ever connected. */
  readonly connected: boolean;
  /** Whether something inside wants SIGTERM before SIGKILL (a registered extension). */
  readonly wantsNotice: boolean;
  close(): void;
}
