import { type Failure, fail } from '../../kernel/index.ts';
import { settingNotImplemented } from '../../model/index.ts';

/** 400. */
export function badRequest(text: string): Failure {
  return fail('BadRequestException', text);
}

/** A role that API Gateway takes on must be one of the account's own. Throws BadRequestException, NotImplemented for callers' credentials. */
export function checkCredentials(arn: string, account: string): void {
  if (/^arn:aws[a-z-]*:iam::\*:user\/\*$/.test(arn)) throw settingNotImplemented(`CredentialsArn ${arn}`);
  if (!new RegExp(`^arn:aws[a-z-]*:iam::${account}:role/\\S+$`).test(arn)) throw badRequest(`Invalid role ARN specified: ${arn}`);
}

/** 404 (spec/backends.md §12.1); what: `Route`, `Integration`. */
export function notFound(what: string, id: string): Failure {
  return fail('NotFoundException', `Invalid ${what} identifier specified ${id}`, { status: 404 });
}

/** 409. */
export function conflict(text: string): Failure {
  return fail('ConflictException', text, { status: 409 });
}
