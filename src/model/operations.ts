import type { AccessRequest } from './access.ts';
import type { Place, Principal } from './functions.ts';

/** What an operation knows of its call, besides its input. */
export interface OperationContext extends Place {
  readonly principal: Principal;
  readonly requestId: string;
  /** Epoch ms when the request arrived. */
  readonly now: number;
  readonly sourceIp: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** `http://127.0.0.1:4566`, as the client reached us. */
  readonly endpoint: string;
  /** Id of the invocation that made this call, if one did. */
  readonly cause?: string;
  /** Checksum trailers of a streamed body, once it was read to its end. */
  readonly trailers: () => Readonly<Record<string, string>>;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

/** One operation: input to output, by member names of the SDK's own types. Throws Failures with AWS's codes and texts. */
export type Operation<Input = never, Output = object> = (input: Input, context: OperationContext) => Promise<Output>;

/** What one service brings: its operations, and what each asks of IAM. */
export interface ServiceTable {
  readonly operations: Readonly<Record<string, Operation>>;
  /** What a browser's form posts (S3): PutObject's input and output, told as a post. */
  readonly postObject?: Operation;
  /** The requests that must all be allowed before the operation runs; empty for those that need none (sts:GetCallerIdentity). */
  readonly access: (
    operation: string,
    input: Record<string, unknown>,
    context: OperationContext,
  ) => readonly AccessRequest[] | Promise<readonly AccessRequest[]>;
}
