import { type Failure, fail } from '../../kernel/index.ts';

/** `Invalid parameter: {reason}`, 400. */
export function invalidParameter(reason: string): Failure {
  return fail('InvalidParameterException', `Invalid parameter: ${reason}`);
}

/** ParameterValueInvalid: a message attribute is wrong. */
export function invalidValue(message: string): Failure {
  return fail('InvalidParameterValueException', message);
}

export function topicNotFound(): Failure {
  return fail('NotFoundException', 'Topic does not exist', { status: 404 });
}

export function subscriptionNotFound(): Failure {
  return fail('NotFoundException', 'Subscription does not exist', { status: 404 });
}

export function notAuthorized(message: string): Failure {
  return fail('AuthorizationErrorException', message, { status: 403 });
}

/** What SNS has and dalamb does not, by its name. */
export function notImplemented(what: string): Failure {
  return fail('NotImplemented', `${what} is not implemented by dalamb`, { status: 501 });
}
