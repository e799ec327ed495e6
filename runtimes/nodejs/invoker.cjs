'use strict';
const { performance } = require('node:perf_hooks');
const { errorJson } = require('./errors.cjs');
const { createContext } = require('./context.cjs');
const { TOO_LARGE } = require('./channel.cjs');

/** Runs one event at a time through the handler, in every style that AWS knows: async, sync return, callback, context.done. */
function createInvoker({ channel, logging, handler, init }) {
  const takesCallback = handler.length >= 3;
  let current; // the call that runs
  let afterLoop; // what is to be sent when the event loop is empty
  let traced = ''; // what _X_AMZN_TRACE_ID holds; setting it costs a system library call

  function settle(call, error, value) {
    if (current !== call) return; // only the first answer counts
    current = undefined;
    logging.requestId = call.id;
    if (error !== undefined) {
      logging.error('Invoke Error', error);
      return channel.error(call.seq, errorJson(error), false);
    }
    let text;
    try {
      text = JSON.stringify(value === undefined ? null : value) ?? 'null';
    } catch (reason) {
      reason.message = `Unable to stringify response body: ${reason.message}`;
      logging.error('Invoke Error', reason);
      return channel.error(call.seq, errorJson(reason), false);
    }
    const size = Buffer.byteLength(text);
    if (size > init.limit) return channel.error(call.seq, TOO_LARGE, false);
    channel.result(call.seq, Math.min(0xffffffff, Math.round((performance.now() - call.started) * 1000)), text, size);
  }

  /** callback and context.done answer when the event loop is empty, unless the function says otherwise. */
  function done(call, error, value) {
    if (current !== call || afterLoop) return;
    const failure = error === null || error === undefined ? undefined : error;
    if (!call.context.callbackWaitsForEmptyEventLoop) return settle(call, failure, value);
    afterLoop = () => settle(call, failure, value);
  }

  function setTrace(trace) {
    traced = trace;
    if (trace === '') delete process.env._X_AMZN_TRACE_ID;
    else process.env._X_AMZN_TRACE_ID = trace;
  }

  /** The event loop has run empty: whatever is decided by then is the answer. */
  process.on('beforeExit', () => {
    const call = current;
    if (!call) return;
    const answer = afterLoop ?? (() => settle(call, undefined, null));
    afterLoop = undefined;
    answer();
  });

  function invoke(seq, deadline, head, data, start, end) {
    const a = head.indexOf('\n');
    const b = head.indexOf('\n', a + 1);
    const c = head.indexOf('\n', b + 1);
    const call = { seq, id: head.slice(0, a), context: undefined, started: performance.now() };
    current = call;
    afterLoop = undefined;
    logging.requestId = call.id;
    const trace = head.slice(b + 1, c);
    if (trace !== traced) setTrace(trace);
    try {
      const finish = (error, value) => done(call, error, value);
      call.context = createContext(init.variables, {
        id: call.id,
        deadline,
        arn: head.slice(a + 1, b),
        clientContext: c + 1 < head.length ? JSON.parse(head.slice(c + 1)) : undefined,
        finish,
      });
      const event = end > start ? JSON.parse(data.toString('utf8', start, end)) : {};
      const returned = handler(event, call.context, finish);
      if (returned !== null && typeof returned === 'object' && typeof returned.then === 'function') {
        returned.then(
          (value) => settle(call, undefined, value),
          (error) => settle(call, error ?? new Error(String(error))),
        );
      } else if (returned !== undefined && !takesCallback && !afterLoop) settle(call, undefined, returned);
    } catch (error) {
      settle(call, error ?? new Error(String(error)));
    }
  }

  /** Nobody caught it: the call fails, the process ends, the platform starts another. */
  function crash(error, code) {
    const call = current;
    current = undefined;
    logging.error('Uncaught Exception', error);
    if (call) channel.error(call.seq, errorJson(error), true);
    process.exit(code);
  }

  return { invoke, crash };
}

module.exports = { createInvoker };
