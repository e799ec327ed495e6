import { type Failure, fail } from '../../kernel/index.ts';

/** 400. */
export function badRequest(text: string): Failure {
  return fail('BadRequestException', text);
}

/** 404 (spec/backends.md §12.1); what: `Route`, `Integration`. */
export function notFound(what: string, id: string): Failure {
  return fail('NotFoundException', `Invalid ${what} identifier specified ${id}`, { status: 404 });
}

/** 409. */
export function conflict(text: string): Failure {
  return fail('ConflictException', text, { status: 409 });
}
