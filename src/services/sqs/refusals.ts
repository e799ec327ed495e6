import { type Failure, fail } from '../../kernel/index.ts';

/** Errors of spec/backends.md §6.4, to the word. */
export function queueDoesNotExist(): Failure {
  const message = 'The specified queue does not exist.';
  return fail('QueueDoesNotExist', message, {
    fields: { queryMessage: 'The specified queue does not exist for this wsdl version.' },
  });
}

export function invalidAddress(url: string): Failure {
  return fail('InvalidAddress', `The address ${url.slice(0, 200)} is not valid for this endpoint.`, { status: 404 });
}

export function invalidParameter(message: string): Failure {
  return fail('InvalidParameterValueException', message);
}

/** `Value v for parameter p is invalid. Reason: …` */
export function invalidValue(value: unknown, parameter: string, reason: string): Failure {
  return invalidParameter(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

export function missingParameter(name: string): Failure {
  return fail('MissingRequiredParameterException', `The request must contain the parameter ${name}.`);
}

export function unknownAttribute(name: string): Failure {
  return fail('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

export function invalidAttributeValue(name: string, reason?: string): Failure {
  return fail(
    'InvalidAttributeValue',
    `Invalid value for the parameter ${name}.${reason === undefined ? '' : ` Reason: ${reason}`}`,
  );
}

export function purgeQueueInProgress(name: string): Failure {
  return fail('PurgeQueueInProgress', `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`, { status: 403 });
}

/** So many messages are in flight that no more may be received. */
export function overLimit(): Failure {
  return fail('OverLimit', 'The maximum number of in flight messages is reached.', { status: 403 });
}

/** A setting that would not be enforced. */
export function notImplemented(what: string): Failure {
  return fail('UnsupportedOperation', `${what} is not implemented by dalamb`);
}

export function receiptHandleIsInvalid(handle: string): Failure {
  return fail('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`, { status: 404 });
}

export function handleExpired(handle: string): Failure {
  return invalidValue(handle, 'ReceiptHandle', 'The receipt handle has expired.');
}

export function handleUnavailable(handle: string): Failure {
  return invalidValue(handle, 'ReceiptHandle', 'Message does not exist or is not available for visibility timeout change.');
}

export function messageNotInflight(handle: string): Failure {
  return fail(
    'MessageNotInflight',
    `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
  );
}

/** Code and text of a failure within a batch, in the words of the query protocol as AWS writes them there. */
export function entryFailure(id: string, failure: Failure) {
  const codes: Readonly<Record<string, string>> = {
    InvalidParameterValueException: 'InvalidParameterValue',
    MissingRequiredParameterException: 'MissingParameter',
    MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
    UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
  };
  return { Id: id, SenderFault: true, Code: codes[failure.code] ?? failure.code, Message: failure.message };
}

/** Ends a message move task; never leaves the mover. */
export function taskFailed(reason: string): Failure {
  return fail('TaskFailed', reason);
}
