import type { Key } from '../../kernel/index.ts';
import { invalidParameter } from './refusals.ts';

/** Entries of a page of any list. */
export const PAGE = 100;

/** NextToken of the page that goes on after a key. */
export function tokenOf(next: Key | undefined): { NextToken?: string } {
  return next ? { NextToken: Buffer.from(JSON.stringify(next)).toString('base64url') } : {};
}

/** What a NextToken goes on after; size: how many texts its key has. Throws InvalidParameter. */
export function placeOf(token: string | undefined, size: number): { after?: Key } {
  if (!token) return {};
  try {
    const key: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(key) && key.length === size && key.every((part) => typeof part === 'string')) return { after: key };
  } catch {
    // said below
  }
  throw invalidParameter('NextToken');
}
