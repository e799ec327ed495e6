'use strict';
/** Reads and writes frames (grammar: src/invoke/frames.ts). One write for each message. */
const INIT = 1;
const INVOKE = 2;
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
const TOO_LARGE = {
  type: 'Function.ResponseSizeTooLarge',
  payload:
    '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}',
};

function createChannel(socket) {
  const channel = { onInit: undefined, onInvoke: undefined, socket };

  const send = (type, text) => {
    const size = Buffer.byteLength(text);
    const frame = Buffer.allocUnsafe(5 + size);
    frame.writeUInt32BE(1 + size, 0);
    frame[4] = type;
    frame.write(text, 5);
    socket.write(frame);
  };
  const sendBytes = (head, bytes) => {
    if (bytes.byteLength <= COPY_UP_TO) return socket.write(Buffer.concat([head, bytes]));
    socket.cork();
    socket.write(head);
    socket.write(bytes);
    socket.uncork();
  };

  channel.ready = () => send(READY, '');
  channel.initDone = () => send(INIT_DONE, '');
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
  /** text: JSON. */
  channel.result = (seq, micros, text, size) => {
    const frame = Buffer.allocUnsafe(13 + size);
    frame.writeUInt32BE(9 + size, 0);
    frame[4] = RESULT;
    frame.writeUInt32BE(seq, 5);
    frame.writeUInt32BE(micros, 9);
    frame.write(text, 13);
    socket.write(frame);
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
  /** Calls back when all that was written has left. */
  channel.finish = (done) => socket.write('', () => done());

  let rest;
  let missing = 0; // bytes that rest lacks to be a whole frame; spares joining again and again while a large event arrives
  let parts = [];
  socket.on('data', (chunk) => {
    if (rest) {
      parts.push(chunk);
      missing -= chunk.byteLength;
      if (missing > 0) return;
      chunk = Buffer.concat([rest, ...parts]);
      parts = [];
      rest = undefined;
    }
    let at = 0;
    while (chunk.byteLength - at >= 4) {
      const length = chunk.readUInt32BE(at);
      if (chunk.byteLength - at - 4 < length) break;
      frame(channel, chunk, at + 4, at + 4 + length);
      at += 4 + length;
    }
    if (at === chunk.byteLength) return;
    rest = chunk.subarray(at);
    missing = rest.byteLength < 4 ? 1 : 4 + rest.readUInt32BE(0) - rest.byteLength;
  });
  return channel;
}

function sendable(error) {
  return Buffer.byteLength(error.payload) > MAX_PAYLOAD ? TOO_LARGE : error;
}

function asType(type) {
  return Buffer.from(String(type).slice(0, 255), 'latin1');
}

function frame(channel, data, start, end) {
  if (data[start] === INIT) return channel.onInit(JSON.parse(data.toString('utf8', start + 1, end)));
  if (data[start] !== INVOKE) return;
  const size = data.readUInt32BE(start + 13);
  const eventAt = start + 17 + size;
  const head = data.toString('utf8', start + 17, eventAt);
  channel.onInvoke(data.readUInt32BE(start + 1), data.readDoubleBE(start + 5), head, data, eventAt, end);
}

module.exports = { createChannel, TOO_LARGE };
