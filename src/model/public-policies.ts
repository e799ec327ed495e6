import type { Policy, Statement } from './policy-document.ts';

/** Conditions on these keys keep an allow from being public (AWS: "The meaning of public"). */
const NARROWING = [
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:sourceorgid',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
];

/** Whether a bucket policy lets in anybody: an allow for everyone that no condition narrows. */
export function isPublicPolicy(policy: Policy): boolean {
  return policy.statements.some((statement) => statement.allow && forEveryone(statement) && !narrowed(statement));
}

function forEveryone({ principals, notPrincipals }: Statement): boolean {
  return notPrincipals || principals?.any === true;
}

function narrowed({ conditions }: Statement): boolean {
  return conditions.some(({ key, negated, isNull, ifExists }) => NARROWING.includes(key) && !negated && !isNull && !ifExists);
}
