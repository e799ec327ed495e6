import type { Readable } from 'node:stream';
import type { Failure } from '../kernel/index.ts';
import type { Form } from './form-data.ts';

/** One HTTP request, as the listener saw it. */
export interface WireRequest {
  readonly method: string;
  /** Raw path and query as sent, e.g. `/b/a%20b?list-type=2`. */
  readonly url: string;
  /** Lower-case names; repeated headers joined with `,` (node's own joining). */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
  /**
   * Reads the body whole, for less than through the stream; either is used, never both. Rejects with tooLarge() as soon as one byte more
   * than limit arrives. Absent: the stream is read.
   */
  whole?(limit: number, tooLarge: () => unknown): Promise<Buffer>;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
  /** The body goes on for minutes; it may be ended between any two pieces when the server stops. */
  readonly endless?: true;
}

/** The names of the services whose models are extracted, as used everywhere: folder under services, key of tables, signing service. */
export type ServiceName =
  | 'lambda'
  | 's3'
  | 'iam'
  | 'sts'
  | 'logs'
  | 'sqs'
  | 'sns'
  | 'dynamodb'
  | 'dynamodbstreams'
  | 'kinesis'
  | 'events'
  | 'scheduler'
  | 'monitoring'
  | 'apigatewayv2'
  | 'ssm'
  | 'secretsmanager'
  | 'cloudformation'
  | 'ecr';

/** A request whose service, protocol and operation are known; nothing of the body was read but a form. */
export interface Match {
  readonly service: ServiceName;
  readonly operation: string;
  /** Which of the service's protocols the client speaks: `restJson1`, `restXml`, `awsJson1_0`, `awsJson1_1`, `awsQuery`, `rpcv2Cbor`. */
  readonly protocol: string;
  /** From the signing scope, else from the host, else us-east-1. */
  readonly region: string;
  /** Service that the signature's scope must name, where that is not the operation's own (`execute-api`). */
  readonly signing?: string;
}

/** The input of an operation by its members' names, typed by the SDK's own input types where it is used. */
export interface Decoded {
  readonly input: Record<string, unknown>;
  /** Resolves to checksum trailers after a streamed body was read to its end. */
  readonly trailers: () => Readonly<Record<string, string>>;
}

export type Signature =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'signed';
      readonly accessKeyId: string;
      readonly sessionToken?: string;
      readonly service: string;
      readonly region: string;
      readonly presigned: boolean;
    };

/** Uploads by browser forms, which no operation of a model is (spec/backends.md §2.7). */
export interface Forms {
  /** Reads up to the file. Rejects with MalformedPOSTRequest, MaxPostPreDataLengthExceededError. */
  read(request: WireRequest): Promise<Form>;
  /** Who claims to have signed the form's policy. Throws InvalidArgument when something of the signature is missing. */
  signature(form: Form): Signature;
  /** Throws SignatureDoesNotMatch. */
  verify(form: Form, secret: string): void;
  /** The PutObject that the form stands for, without query and signature, to be matched and decoded. */
  put(form: Form, to: { readonly bucket: string; readonly key: string; readonly body: Readable }): WireRequest;
}

/**
 * The face of wire. A gateway calls, in this order: signature (who claims to sign), match, verify (when the key is known), decode, then
 * encode or encodeError. All of them throw Failures whose codes and texts are AWS's; encodeError turns any Failure into the client's form.
 * What has nothing to wait for answers at once and may throw at once: await them inside a try.
 */
export interface Wire {
  signature(request: WireRequest): Signature;
  /** Throws UnknownOperationException and the like when nothing fits. Reads the body only of query-protocol forms. */
  match(request: WireRequest): Match | Promise<Match>;
  /** Checks signature, date and payload (also of chunks, while the body is read). now: epoch ms. */
  verify(request: WireRequest, match: Match, secret: string, now: number): void | Promise<void>;
  /** Reads, decodes and checks types and constraints. */
  decode(request: WireRequest, match: Match): Decoded | Promise<Decoded>;
  /** The output by the operation's model, or as it is when it is an EncodedJson. */
  encode(match: Match, output: Record<string, unknown>, requestId: string): WireResponse;
  encodeError(match: Match | undefined, failure: Failure, requestId: string, request: WireRequest): WireResponse;
  readonly forms: Forms;
  /** All operations of a service's model, for coverage tables and NotImplemented. */
  operations(service: ServiceName): readonly string[];
}
