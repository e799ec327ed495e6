'use strict';
/**
 * The conversation with the platform in frames (grammar: src/invoke/frames.ts). Every write is done when it returns. While no call runs,
 * the process waits in a blocking read: nothing of the function goes on between its calls, as on AWS, and the wait costs no event loop.
 */
const fs = require('node:fs');
const net = require('node:net');
const { createInbox } = require('./inbox.cjs');

const INIT = 1;
const INVOKE = 2;
const OFFER = 3;
const READY = 16;
const INIT_DONE = 17;
const INIT_ERROR = 18;
const RESULT = 19;
const ERROR = 20;
const LOG = 21;
const OUT = 22;
const COPY_UP_TO = 64 * 1024;
/** A longer log event or output goes in pieces; a longer error is told by its size only. */
const MAX_LOG = 256 * 1024; // characters: what the platform makes one event of
const MAX_OUT = 1024 * 1024;
const MAX_PAYLOAD = 6 * 1024 * 1024 + 100;
/** While a call lasts longer, the end of the platform is noticed within so many milliseconds. */
const LOOK_EVERY = 500;
const TOO_LARGE = {
  type: 'Function.ResponseSizeTooLarge',
  payload:
    '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}',
};

/** Calls back with the channel, which says READY and waits for INIT; the process ends with its connection. */
function connectChannel(address, tickets, done) {
  let channel;
  const onread = {
    buffer: Buffer.allocUnsafeSlow(COPY_UP_TO),
    callback: (size, buffer) => channel.came(buffer.subarray(0, size)),
  };
  const socket = net.connect({ path: address, onread });
  socket.pause();
  socket.on('error', () => {});
  socket.on('close', () => process.exit(0));
  socket.on('connect', () => {
    channel = createChannel(socket, socket._handle, tickets);
    done(channel);
  });
}

/** Whoever debugs needs the event loop between calls, too. */
const INSPECTED = process.execArgv.some((argument) => argument.startsWith('--inspect'));

/** Either the process waits for a frame, in a blocking read, or the event loop runs, and after a while looks whether the platform is there. */
function createReading(socket, handle, onFrame) {
  let busy = true;
  let looking = false;
  let ticks = 0; // that this call has lasted
  const inbox = createInbox(handle.fd, onFrame);
  const look = (on) => {
    if (looking === on) return;
    looking = on;
    if (on) handle.readStart();
    else handle.readStop();
  };
  const next = () => {
    if (INSPECTED && (busy || !inbox.has())) return; // it comes by the event loop
    if (!inbox.next()) process.exit(0); // the platform has gone, or has done with this process
  };
  setInterval(() => {
    if (busy && ++ticks > 1) look(true);
  }, LOOK_EVERY).unref();
  socket.unref();
  return {
    /** A function is loaded, which may not end by running out of events. */
    load() {
      busy = true;
      socket.ref();
      look(true);
    },
    /** A call runs. */
    work() {
      busy = true;
      ticks = 0;
      if (!INSPECTED) return;
      socket.unref();
      look(false);
    },
    /** Waits for the next frame, once what is due has run. */
    rest() {
      busy = false;
      if (INSPECTED) socket.ref();
      else socket.unref();
      look(INSPECTED);
      setImmediate(next);
    },
    came(bytes) {
      inbox.add(bytes);
      if (INSPECTED) next();
    },
  };
}

function createChannel(socket, handle, tickets) {
  handle.setBlocking(true);
  const { fd } = handle;
  const channel = { onInit: undefined, onInvoke: undefined, tickets };
  const reading = createReading(socket, handle, (data, start, end) => frame(channel, reading, { data, start, end }));
  channel.came = reading.came;

  const write = (bytes) => {
    try {
      for (let at = 0; at < bytes.byteLength; ) at += fs.writeSync(fd, bytes, at);
    } catch {
      process.exit(0); // the platform has gone
    }
  };
  const send = (type, text) => {
    const size = Buffer.byteLength(text);
    const frame = Buffer.allocUnsafe(5 + size);
    frame.writeUInt32BE(1 + size, 0);
    frame[4] = type;
    frame.write(text, 5);
    write(frame);
  };
  const sendBytes = (head, bytes) => {
    if (bytes.byteLength <= COPY_UP_TO) return write(Buffer.concat([head, bytes]));
    write(head);
    write(bytes);
  };

  channel.ready = () => {
    send(READY, tickets ? '\x01' : '');
    reading.rest();
  };
  channel.initDone = () => {
    send(INIT_DONE, '');
    reading.rest();
  };
  channel.initError = (thrown) => {
    const error = sendable(thrown);
    const payload = Buffer.from(error.payload);
    const type = asType(error.type);
    const head = Buffer.allocUnsafe(6);
    head.writeUInt32BE(2 + type.byteLength + payload.byteLength, 0);
    head[4] = INIT_ERROR;
    head[5] = type.byteLength;
    sendBytes(head, Buffer.concat([type, payload]));
  };
  /** text: JSON; size: its bytes in UTF-8. */
  channel.result = (seq, micros, text, size) => {
    const frame = Buffer.allocUnsafe(13 + size);
    frame.writeUInt32BE(9 + size, 0);
    frame[4] = RESULT;
    frame.writeUInt32BE(seq, 5);
    frame.writeUInt32BE(micros, 9);
    frame.write(text, 13);
    write(frame);
    reading.rest();
  };
  channel.error = (seq, thrown, fatal) => {
    const error = sendable(thrown);
    const payload = Buffer.from(error.payload);
    const type = asType(error.type);
    const head = Buffer.allocUnsafe(11);
    head.writeUInt32BE(7 + type.byteLength + payload.byteLength, 0);
    head[4] = ERROR;
    head.writeUInt32BE(seq, 5);
    head[9] = fatal ? 1 : 0;
    head[10] = type.byteLength;
    sendBytes(head, Buffer.concat([type, payload]));
    if (!fatal) reading.rest();
  };
  channel.log = (text) => {
    for (let at = 0; at < text.length || at === 0; at += MAX_LOG) send(LOG, text.slice(at, at + MAX_LOG));
  };
  channel.out = (bytes) => {
    for (let at = 0; at < bytes.byteLength; at += MAX_OUT) {
      const piece = bytes.subarray(at, at + MAX_OUT);
      const head = Buffer.allocUnsafe(5);
      head.writeUInt32BE(1 + piece.byteLength, 0);
      head[4] = OUT;
      sendBytes(head, piece);
    }
  };
  return channel;
}

function sendable(error) {
  return Buffer.byteLength(error.payload) > MAX_PAYLOAD ? TOO_LARGE : error;
}

function asType(type) {
  return Buffer.from(String(type).slice(0, 255), 'latin1');
}

function frame(channel, reading, { data, start, end }) {
  if (data[start] === INIT) {
    reading.load();
    return channel.onInit(JSON.parse(data.toString('utf8', start + 1, end)));
  }
  if (data[start] !== INVOKE && data[start] !== OFFER) return reading.rest();
  const number = data.readUInt32BE(start + 1);
  if (data[start] === OFFER && !channel.tickets?.take(number)) return reading.rest();
  reading.work();
  const time = data.readDoubleBE(start + 5);
  const size = data.readUInt32BE(start + 13);
  const eventAt = start + 17 + size;
  const head = data.toString('utf8', start + 17, eventAt);
  channel.onInvoke(number, data[start] === OFFER ? Date.now() + time : time, head, data, eventAt, end);
}

module.exports = { connectChannel, TOO_LARGE };
