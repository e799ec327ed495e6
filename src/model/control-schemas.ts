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
