import { functionArn } from './arns.ts';
import type { Place } from './functions.ts';
import { functionNotFound, invalidParameter, notFound } from './lambda-errors.ts';

/** A function as a caller named it: where it lives, its name, and what follows it. */
export interface FunctionRef extends Place {
  readonly name: string;
  /** Alias, number or `$LATEST`; undefined when none was given. */
  readonly qualifier?: string;
}

const NAME = /^[a-zA-Z0-9-_.]{1,140}$/;
const FORM =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;

/**
 * Reads a name, partial ARN or ARN, and the qualifier beside it (spec/lambda-api.md §3). A region or account that is not named is place's.
 * Throws InvalidParameterValueException when the two qualifiers differ, ResourceNotFoundException when it is no name at all.
 */
export function functionRef(place: Place, text: string, qualifier?: string): FunctionRef {
  if (NAME.test(text)) return { account: place.account, region: place.region, name: text, qualifier };
  const [, region = place.region, account = place.account, name = '', own] = FORM.exec(text) ?? [];
  if (name === '') throw functionNotFound(text);
  if (own !== undefined && qualifier !== undefined && own !== qualifier)
    throw invalidParameter('The derived qualifier from the function name does not match the specified qualifier.');
  return { account, region, name, qualifier: own ?? qualifier };
}

/** Throws when the function is in another region than the one that was asked. */
export function checkRegion(ref: FunctionRef, region: string): void {
  if (ref.region !== region) throw notFound(`Functions from '${ref.region}' are not reachable in this region ('${region}')`);
}

/** Its ARN, qualified as the caller did. */
export function refArn(ref: FunctionRef): string {
  return functionArn(ref.region, ref.account, ref.name, ref.qualifier);
}

/** Its ARN without qualifier. */
export function bareArn(ref: FunctionRef): string {
  return functionArn(ref.region, ref.account, ref.name);
}

/** `$LATEST` (also for none), a published number, or an alias. */
export type Qualified =
  | { readonly kind: 'latest' }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'alias'; readonly alias: string };

export function readQualifier(qualifier: string | undefined): Qualified {
  if (qualifier === undefined || qualifier === '$LATEST') return { kind: 'latest' };
  if (!/^\d+$/.test(qualifier)) return { kind: 'alias', alias: qualifier };
  const version = Number(qualifier);
  // A number that is written oddly or is too large names nothing; no version is ever 0.
  return { kind: 'version', version: String(version) === qualifier ? version : 0 };
}
