/** Lambda's coded errors as their shapes want them (spec/lambda-api.md §1.1, §2.1). All of them build, none throws. */
import { type Failure, fail, platformFailure } from '../kernel/index.ts';

const user = { Type: 'User' };

/** 400. */
export function invalidParameter(text: string): Failure {
  return fail('InvalidParameterValueException', text, { fields: user });
}

/** 400; some texts come without Type. */
export function invalidParameterBare(text: string): Failure {
  return fail('InvalidParameterValueException', text);
}

/** 400 in the form of a constraint of the model; for limits that are lower than the model's. */
export function constraintViolated(value: unknown, path: string, constraint: string): Failure {
  return fail(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${constraint}`,
  );
}

/** 404. */
export function notFound(text: string): Failure {
  return fail('ResourceNotFoundException', text, { status: 404, fields: user });
}

export function functionNotFound(arn: string): Failure {
  return notFound(`Function not found: ${arn}`);
}

/** 409. */
export function conflict(text: string): Failure {
  return fail('ResourceConflictException', text, { status: 409, fields: user });
}

/** 412; api names what to call for the latest revision: `GetFunction/GetAlias`, `GetPolicy`. */
export function revisionMismatch(api: string): Failure {
  const text = `The Revision Id provided does not match the latest Revision Id. Call the ${api} API to retrieve the latest Revision Id`;
  return fail('PreconditionFailedException', text, { status: 412, fields: user });
}

/** 403. */
export function accessDenied(principal: string, action: string, resource: string): Failure {
  const text = `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} because no resource-based policy allows the ${action} action`;
  return fail('AccessDeniedException', text, { status: 403 });
}

/** 413 with the code that AWS's front end uses. */
export function requestTooLarge(text: string): Failure {
  return fail('RequestEntityTooLargeException', text, { status: 413 });
}

/** 400: what Invoke says of a body, a client context or a request id that it cannot use. */
export function invalidRequestContent(text: string): Failure {
  return fail('InvalidRequestContentException', text, { fields: user });
}

/** 501: a setting that dalamb would not enforce is refused by its name (DESIGN §6). */
export function settingNotImplemented(setting: string): Failure {
  return platformFailure('NotImplemented', setting, { fault: 'caller' });
}
