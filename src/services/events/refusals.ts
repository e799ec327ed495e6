import { type Failure, fail, platformFailure } from '../../kernel/index.ts';

/** EventBridge's errors with its texts (spec/backends.md §8.1). All of them build, none throws. */
export function invalid(text: string): Failure {
  return fail('ValidationException', text);
}

export function missing(text: string): Failure {
  return fail('ResourceNotFoundException', text);
}

export function noBus(name: string): Failure {
  return missing(`Event bus ${name} does not exist.`);
}

export function noRule(name: string, bus: string): Failure {
  return missing(`Rule ${name} does not exist on EventBus ${bus}.`);
}

export function alreadyThere(what: string): Failure {
  return fail('ResourceAlreadyExistsException', `${what} already exists.`);
}

export function tooMany(): Failure {
  return fail('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
}

/** 501: a setting that would not be enforced is refused by its name (DESIGN §6). */
export function notImplemented(setting: string): Failure {
  return platformFailure('NotImplemented', setting, { fault: 'caller' });
}
