/** What the sender gave and is given back unchanged; the same for both kinds of queue. */
export interface Letter {
  readonly messageId: string;
  /** UTF-8. */
  readonly body: Uint8Array;
  readonly md5: string;
  readonly attributes?: Readonly<Record<string, LetterAttribute>>;
  readonly md5OfAttributes?: string;
  /** AWSTraceHeader. */
  readonly trace?: string;
  readonly md5OfTrace?: string;
  /** The sender's user id. */
  readonly sender: string;
  /** Epoch ms. */
  readonly sentAt: number;
  /** The invocation that sent it, if one did. */
  readonly cause?: string;
  /** ARN of the queue it came from, in a dead-letter queue. */
  readonly deadLetterSource?: string;
  readonly group?: string;
  readonly deduplicationId?: string;
}

/** A message attribute; binary values are base64. */
export interface LetterAttribute {
  readonly type: string;
  readonly value: string;
}

/** How often and when it was received. */
interface Receives {
  readonly receives: number;
  /** Epoch ms of the first and the last receive. */
  readonly firstAt?: number;
  readonly lastAt?: number;
}

/** A message of a standard queue. Its id is time-ordered, so that key order is the order of sending. */
export interface Message extends Omit<Letter, 'messageId'>, Receives {
  readonly box: string;
  readonly id: string;
  /** 0: can be received; else the epoch ms from which it can be: it is delayed, in flight, or was and has come back. */
  readonly at: number;
  /** Orders those that can be received: 0, and in fair queues the turn. */
  readonly rank: number;
  readonly delayedUntil?: number;
}

/** A message of a FIFO queue. */
export interface FifoMessage extends Letter, Receives {
  readonly box: string;
  readonly group: string;
  readonly sequence: number;
  /** Epoch ms until which it is hidden: delayed or in flight; absent when it never was. */
  readonly until?: number;
  readonly delayedUntil?: number;
  /** Epoch ms from which retention counts: it starts anew in a dead-letter queue. */
  readonly since: number;
}

/** A message group that has messages. Only its first messages can be in flight, and until they are not, it is locked. */
export interface Group {
  readonly box: string;
  readonly group: string;
  /** Epoch ms from which its first message can be received. */
  readonly readyAt: number;
  /** Sequence numbers of what was received last, and until when each is hidden. */
  readonly flights: readonly (readonly [sequence: number, until: number])[];
}

/** A message as it was received. */
export interface Taken extends Letter, Receives {
  readonly receiptHandle: string;
  readonly sequence?: number;
}
