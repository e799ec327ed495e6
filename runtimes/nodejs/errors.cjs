'use strict';
/** The JSON that a caller gets for what was thrown (spec/invoke.md §3.1): errorType, errorMessage, trace. */
function errorJson(error) {
  try {
    return describe(error);
  } catch {
    return { type: 'Error', payload: '{"errorType":"Error","errorMessage":"unknown error","trace":[]}' }; // getters and proxies may throw
  }
}

function describe(error) {
  if (isError(error)) {
    const type = String(error.name);
    const trace = typeof error.stack === 'string' ? error.stack.split('\n') : [];
    return { type, payload: JSON.stringify({ errorType: type, errorMessage: String(error.message), trace }) };
  }
  const type = typeof error;
  const text = type === 'object' && error !== null ? JSON.stringify(error) : String(error);
  return { type, payload: JSON.stringify({ errorType: type, errorMessage: text, trace: [] }) };
}

function isError(value) {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** An error of the runtime's own, by name (`Runtime.HandlerNotFound`). */
function runtimeError(name, message, stack) {
  const error = new Error(message);
  error.name = name;
  error.stack = `${name}: ${message}${stack ?? ''}`;
  return error;
}

module.exports = { errorJson, isError, runtimeError };
