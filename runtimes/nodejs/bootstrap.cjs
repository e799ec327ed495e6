'use strict';
/**
 * The Node.js runtime: speaks the frames described in src/invoke/frames.ts over the socket in DALAMB_CHANNEL. Booted before its function
 * is known; INIT brings variables and handler, INVOKE one event at a time.
 */
const { connectChannel } = require('./channel.cjs');
const { errorJson } = require('./errors.cjs');
const { createLogging } = require('./logging.cjs');
const { loadHandler } = require('./loader.cjs');
const { openTickets } = require('./tickets.cjs');
const { createInvoker } = require('./invoker.cjs');

const address = process.env.DALAMB_CHANNEL;
const tickets = openTickets(process.env.DALAMB_TICKETS);
delete process.env.DALAMB_CHANNEL;
delete process.env.DALAMB_TICKETS;

// What every AWS SDK needs is loaded while nobody waits.
require('node:http');
require('node:https');
require('node:crypto');

connectChannel(address, tickets, (channel) => {
  channel.onInit = (init) => start(channel, init);
  channel.ready();
});

async function start(channel, init) {
  let invoker;
  for (const [name, value] of Object.entries(init.variables)) process.env[name] = value;
  if (process.env.NODE_PATH) require('node:module').Module._initPaths();
  const logging = createLogging(channel, init);
  const failed = (error) => {
    logging.error('Uncaught Exception', error);
    channel.initError(errorJson(error));
  };
  process.on('uncaughtException', (error) => {
    if (invoker) return invoker.crash(error, 129);
    failed(error);
    process.exit(129);
  });
  process.on('unhandledRejection', (reason) => {
    if (invoker) return invoker.crash(unhandled(reason), 128);
    failed(unhandled(reason));
    process.exit(128);
  });
  try {
    process.chdir(init.root);
    const handler = await loadHandler(init.root, init.handler);
    invoker = createInvoker({ channel, logging, handler, init });
    channel.onInvoke = invoker.invoke;
    channel.initDone();
  } catch (error) {
    failed(error);
  }
}

/** A rejection nobody handled is named after its reason (spec/runtime-api.md §9). */
function unhandled(reason) {
  const error = new Error(String(reason instanceof Error ? `${reason.name}: ${reason.message}` : reason));
  error.name = 'Runtime.UnhandledPromiseRejection';
  if (reason instanceof Error) error.stack = `${error.name}: ${error.message}\n${stackTail(reason)}`;
  return error;
}

function stackTail(error) {
  return String(error.stack ?? '')
    .split('\n')
    .slice(1)
    .join('\n');
}
