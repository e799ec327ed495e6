import { nestsTooDeep } from './nested-json.ts';
import type { PutAttribute } from './targets.ts';

/** How an asynchronous invocation ended, for whoever is told of it. */
export interface EndedInvocation {
  readonly requestId: string;
  /** Always qualified. */
  readonly functionArn: string;
  /** `Success`, `RetriesExhausted`, `EventAgeExceeded`, `ZeroReservedConcurrency`, … */
  readonly condition: string;
  readonly attempts: number;
  /** JSON text. */
  readonly request: string;
  /** What the function answered last; absent when it never ran. */
  readonly response?: { readonly payload: string; readonly executedVersion: string; readonly functionError?: string };
  /** HTTP status of what kept the function from running, when it did not. */
  readonly status?: number;
  readonly errorMessage?: string;
  /** Epoch ms of the end. */
  readonly time: number;
}

/** What an event on a bus says of a result that went there: its source and detail type (spec/invoke.md §5.1). */
export function resultEvent(succeeded: boolean): { readonly source: string; readonly detailType: string } {
  return { source: 'lambda', detailType: `Lambda Function Invocation Result - ${succeeded ? 'Success' : 'Failure'}` };
}

/** The record that destinations get, as JSON text; without payloads when it would be longer than limit bytes (spec/invoke.md §5.1). */
export function destinationRecord(ended: EndedInvocation, limit: number): string {
  const head = {
    version: '1.0',
    timestamp: new Date(ended.time).toISOString(),
    requestContext: {
      requestId: ended.requestId,
      functionArn: ended.functionArn,
      condition: ended.condition,
      approximateInvokeCount: ended.attempts,
    },
  };
  const { response } = ended;
  const answered = response && {
    responseContext: {
      statusCode: 200,
      executedVersion: response.executedVersion,
      ...(response.functionError === undefined ? {} : { functionError: response.functionError }),
    },
  };
  const payloads = { requestPayload: parsed(ended.request), ...answered };
  const whole = JSON.stringify({ ...head, ...payloads, ...(response && { responsePayload: parsed(response.payload) }) });
  return Buffer.byteLength(whole) <= limit ? whole : JSON.stringify({ ...head, ...answered });
}

/** What a dead-letter queue or topic gets beside the original event (spec/invoke.md §5.2). */
export function deadLetterAttributes(ended: EndedInvocation): Record<string, PutAttribute> {
  const message = ended.errorMessage?.slice(0, 1024);
  return {
    RequestID: { type: 'String', value: ended.requestId },
    ErrorCode: { type: 'Number', value: String(ended.response ? 200 : (ended.status ?? 500)) },
    ...(message ? { ErrorMessage: { type: 'String', value: message } } : {}),
  };
}

/** The errorMessage of a failing function's answer, or the answer itself. */
export function errorMessageOf(payload: string): string {
  const value = parsed(payload);
  const message = typeof value === 'object' && value !== null ? (value as { errorMessage?: unknown }).errorMessage : undefined;
  return typeof message === 'string' ? message : payload;
}

/** Key of the object that a bucket gets (spec/invoke.md §5.1). */
export function failureObjectKey(functionName: string, time: number, id: string): string {
  const [day = '', rest = ''] = new Date(time).toISOString().split('T');
  const [year, month, date] = day.split('-');
  return `aws/lambda/async/${functionName}/${year}/${month}/${date}/${day}T${rest.slice(0, 8).replaceAll(':', '.')}-${id}`;
}

function parsed(text: string): unknown {
  if (nestsTooDeep(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
