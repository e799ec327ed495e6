import { invalid } from './refusals.ts';

const LARGEST = 100;

export interface Asked {
  readonly NextToken?: string | undefined;
  readonly Limit?: number | undefined;
}

/** A page of what a list answers, in the order given: what comes after the token's name, at most Limit (100). */
export function pageOf<T>(all: readonly T[], nameOf: (one: T) => string, { NextToken, Limit = LARGEST }: Asked) {
  const after = NextToken === undefined ? undefined : nameOfToken(NextToken);
  const rest = after === undefined ? all : all.filter((one) => nameOf(one) > after);
  const items = rest.slice(0, Limit);
  return items.length === rest.length ? { items } : { items, NextToken: tokenOf(nameOf(items.at(-1)!)) };
}

function tokenOf(name: string): string {
  return Buffer.from(JSON.stringify([name])).toString('base64url');
}

function nameOfToken(token: string): string {
  try {
    const [name] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (typeof name === 'string') return name;
  } catch {
    // as below
  }
  throw invalid('Parameter NextToken is not valid.');
}
