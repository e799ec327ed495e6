'use strict';
const util = require('node:util');
const { errorJson, isError } = require('./errors.cjs');

const LEVELS = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4, FATAL: 5 };
const METHODS = { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', log: 'INFO', warn: 'WARN', error: 'ERROR' };

/**
 * Patches console and the two output streams. A console call is one log event (spec/runtime-api.md §7.2); what is written to the streams
 * goes as bytes, in order with it.
 */
function createLogging(channel, init) {
  const json = init.format === 'JSON';
  const least = json ? (LEVELS[init.level] ?? LEVELS.INFO) : 0;
  const logging = { requestId: undefined };
  const format = json ? jsonLine : textLine;

  for (const [method, level] of Object.entries(METHODS)) {
    if (LEVELS[level] < least) console[method] = () => {};
    else console[method] = (...parts) => channel.log(format(logging.requestId, level, parts));
  }
  console.fatal = (...parts) => channel.log(format(logging.requestId, 'FATAL', parts));
  logging.error = (label, error) => {
    const { payload } = errorJson(error);
    const { errorType, errorMessage, trace } = JSON.parse(payload);
    if (json) return channel.log(jsonRecord(logging.requestId, 'ERROR', { errorType, errorMessage, stackTrace: trace.slice(1) }));
    channel.log(
      textLine(logging.requestId, 'ERROR', [`${label} \t${JSON.stringify({ errorType, errorMessage, stack: trace })}`]),
    );
  };
  for (const stream of [process.stdout, process.stderr]) {
    stream._handle?.setBlocking?.(true); // Node.js made the pipe non-blocking: raw writes and children would meet EAGAIN
    stream.write = (chunk, encoding, callback) => {
      channel.out(typeof chunk === 'string' ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8') : chunk);
      const done = typeof encoding === 'function' ? encoding : callback;
      if (done) process.nextTick(done);
      return true;
    };
  }
  return logging;
}

function textLine(requestId, level, parts) {
  return `${new Date().toISOString()}\t${requestId}\t${level}\t${util.format(...parts)}`;
}

function jsonLine(requestId, level, parts) {
  const fields = { message: parts.length === 1 && typeof parts[0] !== 'string' ? plain(parts[0]) : util.format(...parts) };
  const error = parts.find(isError);
  if (error) Object.assign(fields, { errorType: error.name, errorMessage: error.message, stackTrace: stackLines(error) });
  return jsonRecord(requestId, level, fields);
}

function plain(value) {
  if (isError(value)) return { errorType: value.name, errorMessage: value.message, stackTrace: stackLines(value) };
  return value;
}

function stackLines(error) {
  return String(error.stack ?? '')
    .split('\n')
    .slice(1);
}

function jsonRecord(requestId, level, fields) {
  const head = { timestamp: new Date().toISOString(), level, requestId };
  try {
    return JSON.stringify({ ...head, ...fields });
  } catch {
    return JSON.stringify({ ...head, message: util.format(fields.message) }); // cycles, big integers
  }
}

module.exports = { createLogging };
