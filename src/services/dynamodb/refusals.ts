import { type Failure, fail, platformFailure } from '../../kernel/index.ts';

export function invalid(message: string): Failure {
  return fail('ValidationException', message);
}

/** The usual beginning of what is wrong with a parameter. */
export function invalidValues(message: string): Failure {
  return invalid(`One or more parameter values were invalid: ${message}`);
}

/** Operations on items say no more than this. */
export function resourceNotFound(): Failure {
  return fail('ResourceNotFoundException', 'Requested resource not found');
}

export function tableNotFound(name: string): Failure {
  return fail('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
}

/** A setting that would not be enforced. */
export function notImplemented(what: string): Failure {
  return platformFailure('NotImplemented', what, { fault: 'caller' });
}
