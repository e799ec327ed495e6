import type { InitRequest, InitResult, LinkEvents, RuntimeCall } from './link.ts';

export type RuntimeState = 'Started' | 'Ready' | 'Running' | 'ResponseSent' | 'InitError';

/** What the Runtime API answers when a call is out of order (spec/runtime-api.md §1). */
export interface Refusal {
  readonly status: number;
  readonly errorType: string;
  readonly errorMessage: string;
}

export interface Extension {
  readonly id: string;
  readonly name: string;
}

/** How a session is tied to a runtime that speaks frames: what runs is known there, and `next` is never legal. */
export interface ManagedRuntime {
  readonly events: () => LinkEvents | undefined;
  /** Id of the running invocation. */
  readonly running: () => string | undefined;
}

const INVALID_ID: Refusal = { status: 400, errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' };

/** One runtime process seen through the Runtime API: the state machine of spec/runtime-api.md §2.5, without HTTP. */
export class RuntimeSession {
  readonly extensions: Extension[] = [];
  #state: RuntimeState = 'Started';
  #init: { resolve: (result: InitResult) => void; request: InitRequest } | undefined;
  #events: LinkEvents | undefined;
  #current: RuntimeCall | undefined;
  #poll: ((call: RuntimeCall) => void) | undefined;
  readonly #managed: ManagedRuntime | undefined;
  #answered: string | undefined;

  constructor(managed?: ManagedRuntime) {
    this.#managed = managed;
  }

  get state(): RuntimeState {
    if (!this.#managed) return this.#state;
    const id = this.#managed.running();
    if (id === undefined) return 'Ready';
    return id === this.#answered ? 'ResponseSent' : 'Running';
  }

  get wantsNotice(): boolean {
    return this.extensions.length > 0;
  }

  init(request: InitRequest, events: LinkEvents): Promise<InitResult> {
    this.#events = events;
    return new Promise((resolve) => {
      this.#init = { resolve, request };
      if (this.#poll) resolve({ ok: true });
    });
  }

  /** Ends the wait of the open `next`. Legal in Ready only; the environment sees to that. */
  invoke(call: RuntimeCall): void {
    this.#current = call;
    this.#state = 'Running';
    const poll = this.#poll;
    this.#poll = undefined;
    poll?.(call);
  }

  /** `GET next`: answer is called with the next invocation, after any time. */
  next(answer: (call: RuntimeCall) => void): Refusal | undefined {
    if (this.#managed || (this.state !== 'Started' && this.state !== 'ResponseSent')) return this.#illegal('Ready');
    const first = this.#state === 'Started';
    this.#state = 'Ready';
    this.#poll = answer;
    if (first) this.#init?.resolve({ ok: true });
    else this.#events?.done();
    return undefined;
  }

  /** The connection that waited in `next` has gone. */
  abandoned(answer: (call: RuntimeCall) => void): void {
    if (this.#poll !== answer) return;
    this.#poll = undefined;
    this.#state = 'ResponseSent';
  }

  /** Whether a response or error for id may be posted now. The id is looked at before the state. */
  mayAnswer(id: string, to: 'InvocationResponse' | 'InvocationErrorResponse'): Refusal | undefined {
    const running = this.#managed ? this.#managed.running() : this.#current?.requestId;
    if (running !== id || this.state === 'ResponseSent') return INVALID_ID;
    return this.state === 'Running' ? undefined : this.#illegal(to);
  }

  /** After mayAnswer. undefined: the answer was too large. */
  respond(payload: Buffer | undefined, contentType: string): void {
    const events = this.#answer();
    if (payload === undefined) events?.tooLarge();
    else events?.result(payload, contentType);
  }

  fail(payload: Buffer, errorType: string, contentType: string): void {
    this.#answer()?.error(payload, errorType, contentType);
  }

  mayFailInit(): Refusal | undefined {
    return this.state === 'Started' ? undefined : this.#illegal('InitError');
  }

  failInit(payload: Buffer, errorType: string): void {
    this.#state = 'InitError';
    this.#init?.resolve({ ok: false, errorType, payload });
  }

  /** Body of an answer to `extension/register`. */
  registration(): object {
    const variables = this.#init?.request.variables ?? {};
    return {
      functionName: variables.AWS_LAMBDA_FUNCTION_NAME ?? '',
      functionVersion: variables.AWS_LAMBDA_FUNCTION_VERSION ?? '',
      handler: this.#init?.request.handler ?? '',
    };
  }

  /** Registration closes with the first `next`. */
  get open(): boolean {
    return this.state === 'Started';
  }

  finished(): void {
    this.#answered = undefined;
  }

  close(): void {
    this.#events = undefined;
    this.#poll = undefined;
  }

  #answer(): LinkEvents | undefined {
    if (this.#managed) {
      this.#answered = this.#managed.running();
      return this.#managed.events();
    }
    this.#state = 'ResponseSent';
    return this.#events;
  }

  #illegal(to: string): Refusal {
    return {
      status: 403,
      errorType: 'InvalidStateTransition',
      errorMessage: `State transition from ${this.state} to ${to} failed for runtime. Error: State transition is not allowed`,
    };
  }
}
