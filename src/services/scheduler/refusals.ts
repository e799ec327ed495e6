import { type Failure, fail, platformFailure } from '../../kernel/index.ts';

/** EventBridge Scheduler's errors (spec/backends.md §8.4). All of them build, none throws. */
export function invalid(text: string): Failure {
  return fail('ValidationException', text);
}

export function missing(what: string): Failure {
  return fail('ResourceNotFoundException', `${what} does not exist.`, { status: 404 });
}

export function alreadyThere(what: string): Failure {
  return fail('ConflictException', `${what} already exists.`, { status: 409 });
}

export function beingDeleted(group: string): Failure {
  return fail('ConflictException', `Schedule group ${group} is being deleted.`, { status: 409 });
}

export function tooMany(what: string): Failure {
  return fail('ServiceQuotaExceededException', `The quota of ${what} is used up.`, { status: 402 });
}

/** 501: a setting that would not be enforced is refused by its name (DESIGN §6). */
export function notImplemented(setting: string): Failure {
  return platformFailure('NotImplemented', setting, { fault: 'caller' });
}
