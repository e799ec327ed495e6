'use strict';
/** Takes bytes, gives whole frames (grammar: src/invoke/frames.ts). */
const fs = require('node:fs');

const ROOM = 64 * 1024;

/** onFrame(data, start, end) is called with one frame at a time: type, then body; data is only good until it returns. */
function createInbox(fd, onFrame) {
  let data = Buffer.allocUnsafeSlow(ROOM);
  let start = 0;
  let end = 0;

  /** Makes room for so many bytes from start on. */
  const fit = (bytes) => {
    if (start + bytes <= data.byteLength) return;
    const roomier = bytes > data.byteLength ? Buffer.allocUnsafeSlow(bytes) : data;
    data.copy(roomier, 0, start, end);
    data = roomier;
    end -= start;
    start = 0;
  };

  /** How many bytes the first frame lacks, as far as that is known. */
  const missing = () => {
    const has = end - start;
    return has < 4 ? 4 - has : Math.max(0, 4 + data.readUInt32BE(start) - has);
  };

  return {
    /** Whether a whole frame is there. */
    has: () => missing() === 0,
    /** Waits until a frame is there and hands it on; nothing else runs meanwhile. Returns false when the platform has gone. */
    next() {
      for (let lacks = missing(); lacks > 0; lacks = missing()) {
        fit(end - start + lacks);
        const read = fs.readSync(fd, data, end, data.byteLength - end, null);
        if (read === 0) return false;
        end += read;
      }
      const whole = data;
      const from = start + 4;
      const to = from + data.readUInt32BE(start);
      start = to;
      if (start === end) {
        start = 0;
        end = 0;
        if (data.byteLength > ROOM) data = Buffer.allocUnsafeSlow(ROOM);
      }
      onFrame(whole, from, to);
      return true;
    },
    /** Bytes that somebody else has read. */
    add(bytes) {
      fit(end - start + bytes.byteLength);
      bytes.copy(data, end);
      end += bytes.byteLength;
    },
  };
}

module.exports = { createInbox };
