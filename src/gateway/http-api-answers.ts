import { validateHeaderName, validateHeaderValue } from 'node:http';
import { type Failure, isFailure, type Logger } from '../kernel/index.ts';
import { type Expressions, mapParameters, textAt } from '../model/index.ts';
import { type ApiCall, contextValue, internalError } from './http-api-call.ts';
import { asFailure } from './refusals.ts';
import type { UrlAnswer } from './url-answer.ts';

/** An answer after the integration's response parameters (spec/backends.md §12.1). Refused with 500 when what they make is no header. */
export function mappedAnswer(call: ApiCall, answer: UrlAnswer): UrlAnswer {
  const map = call.route.integration?.responseParameters[String(answer.status)];
  if (!map) return answer;
  const lists = Object.entries(answer.headers).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]);
  const before = { headers: Object.fromEntries(lists) as Record<string, readonly string[]>, query: [] };
  const mapped = mapParameters(map, before, answerExpressions(call, answer));
  const status = mapped.status === undefined ? answer.status : Number(mapped.status);
  const headers = Object.entries(mapped.headers);
  if (!Number.isInteger(status) || status < 200 || status > 599 || !headers.every(isHeader)) {
    call.notes.integrationErrorMessage = 'The response parameters make no HTTP response';
    throw internalError();
  }
  return {
    status,
    body: answer.body,
    headers: Object.fromEntries(headers.map(([name, values]) => [name, values.length === 1 ? values[0]! : [...values]])),
  };
}

function isHeader([name, values]: [string, readonly string[]]): boolean {
  try {
    validateHeaderName(name);
    for (const value of values) validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function answerExpressions(call: ApiCall, { headers, body }: UrlAnswer): Expressions {
  return (name) => {
    if (name.startsWith('context.')) return contextValue(call, name.slice(8));
    if (name.startsWith('stageVariables.')) return call.stage.variables[name.slice(15)];
    const [, kind, ...rest] = name.split('.');
    const key = rest.join('.');
    if (kind === 'header') return headers[key.toLowerCase()]?.toString();
    return kind === 'body' ? textAt(parse(body.toString()), key) : undefined;
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The error exit: refusals as they are; whatever else failed is logged here and told as 500. */
export function refusedAnswer(error: unknown, requestId: string, logger: Logger): UrlAnswer {
  const failure: Failure = isFailure(error, 'HttpApiRefusal') ? error : hidden(error, requestId, logger);
  return {
    status: failure.status,
    headers: { 'content-type': 'application/json', ...failure.headers },
    body: JSON.stringify({ message: failure.message }),
  };
}

function hidden(error: unknown, requestId: string, logger: Logger): Failure {
  const failure = asFailure(error, requestId, logger);
  // The client that broke off its body is not there to hear it.
  return failure.status >= 500 ? internalError() : failure;
}
