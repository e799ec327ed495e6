import type { Collection, Key, Page, Reader } from '../../kernel/index.ts';
import { badRequest } from './refusals.ts';

interface Paged {
  readonly MaxResults?: string;
  readonly NextToken?: string;
}

const MOST = 500;

/** One page of what begins with prefix; 100 unless MaxResults says otherwise, as text. Throws BadRequestException. */
export async function listPage<D>(
  from: Reader,
  what: { readonly in: Collection<D>; readonly prefix: Key; readonly index?: string },
  { MaxResults = '100', NextToken }: Paged,
): Promise<{ items: D[]; NextToken?: string }> {
  if (!/^[1-9]\d{0,5}$/.test(MaxResults)) throw badRequest(`Invalid value for maxResults: ${MaxResults.slice(0, 50)}`);
  const after = NextToken === undefined ? undefined : readToken(NextToken);
  const limit = Math.min(Number(MaxResults), MOST);
  const { prefix, index } = what;
  const page: Page<D> = await from.range(what.in, { prefix, index, limit, ...(after && { after }) });
  return { items: page.items, NextToken: page.next && Buffer.from(JSON.stringify(page.next)).toString('base64url') };
}

/** Keys of all collections here are texts. */
function readToken(token: string): Key {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    key = undefined;
  }
  if (!Array.isArray(key) || key.length !== 1 || typeof key[0] !== 'string') throw badRequest('Invalid nextToken');
  return key;
}
