import type { Collection, Reader } from '../../kernel/index.ts';
import { badRequest } from './refusals.ts';

/** Routes, integrations, authorizers, stages or deployments of one API; AWS's quotas are 300 and 10, and can be raised. */
const MOST_PARTS = 1000;

/** Throws BadRequestException when an API has no room for one more. */
export async function checkRoom<D>(from: Reader, parts: Collection<D>, api: string): Promise<void> {
  if ((await from.count(parts, [api])) < MOST_PARTS) return;
  const [, what] = parts.name.split('.');
  throw badRequest(`Maximum number of ${what} for this API has been reached: ${MOST_PARTS}`);
}
