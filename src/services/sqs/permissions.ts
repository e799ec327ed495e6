import type { Queue } from './queue.ts';

interface Statement {
  readonly Sid?: string;
}

/** A queue's policy as JSON says it. */
export interface Document {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: Statement | readonly Statement[];
}

export function documentOf({ policy }: Queue): Document | undefined {
  return policy as Document | undefined;
}

export function sidsOf({ Statement: statements }: Document): readonly (string | undefined)[] {
  return [statements].flat().map(({ Sid }) => Sid);
}

/** The queue with another policy, or with none. */
export function withPolicy(queue: Queue, document: Document | undefined, now: number): Queue {
  const { policy: _, ...rest } = queue;
  const { Policy: _text, ...attributes } = queue.attributes;
  if (!document) return { ...rest, attributes, modifiedAt: now };
  return { ...rest, attributes: { ...attributes, Policy: JSON.stringify(document) }, policy: document, modifiedAt: now };
}
