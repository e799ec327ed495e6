import { z } from 'zod';

/** Epoch ms, as control routes take it. */
export const epochMs = z.int().min(0).max(999_999_999_999_999);

/** How many rows a control route answers at most. */
export const limitUpTo = (most: number, usual: number) => z.int().min(1).max(most).default(usual);

/** Where the next page begins: `next` of the one before. */
export const afterToken = z.string().max(4096).describe('next of the page before').optional();

export const nextToken = z.string().describe('after of the next page; absent: this is the last').optional();

/** `GET /logs`. */
export const logQuery = z.strictObject({
  group: z.string({ error: 'is the name of a log group: /aws/lambda/NAME' }).max(512),
  since: epochMs.describe('epoch ms').optional(),
  until: epochMs.describe('epoch ms').optional(),
  filter: z.string().max(1024).describe('filter pattern, as CloudWatch has them').optional(),
  after: afterToken,
  limit: limitUpTo(10_000, 1000),
});

/** LogPage of control.ts. */
export const logPage = z.strictObject({
  lines: z.array(
    z.strictObject({
      id: z.string().describe('unique in its group'),
      time: z.number().describe('epoch ms'),
      stream: z.string(),
      text: z.string(),
    }),
  ),
  next: nextToken,
});

/** Body of `POST /functions/:name/invoke`. */
export const invokeBody = z.strictObject({
  payload: z.unknown().describe('the event; default {}').optional(),
  qualifier: z.string().describe('version or alias').optional(),
  tail: z.boolean().default(false).describe('answer with the last 4 KB of log'),
});

const MOST_MEMBERS = 1000;

/**
 * An object of any names, at most 1,000: a schema alone would look at each of a million values, and note what is wrong with it, before it counted
 * them. Arrays count first by themselves, once they have a `max`.
 */
export function boundedRecord<Value extends z.ZodType>(value: Value) {
  const bounded = (given: unknown, context: z.RefinementCtx) => {
    if (!isCrowded(given)) return given;
    context.addIssue({ code: 'custom', message: `has at most ${MOST_MEMBERS} members` });
    return z.NEVER;
  };
  return z.preprocess(bounded, z.record(z.string(), value).meta({ maxProperties: MOST_MEMBERS }));
}

function isCrowded(given: unknown): boolean {
  let members = 0;
  if (typeof given === 'object') for (const _ in given) if (++members > MOST_MEMBERS) return true;
  return false;
}
