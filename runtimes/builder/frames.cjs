'use strict';
/** The conversation with the platform: its grammar is in src/paas/build/frames.ts. */
const LONGEST = 1024 * 1024;

/** Writes frames, waiting for whoever reads. */
function frameWriter(socket) {
  const write = async (kind, body) => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(body.length + 1);
    head.write(kind, 4, 'latin1');
    socket.write(head);
    if (!socket.write(body)) await new Promise((resolve) => socket.once('drain', resolve));
  };
  return {
    message: (value) => write('J', Buffer.from(JSON.stringify(value))),
    async bytes(content) {
      for (let at = 0; at < content.length; at += LONGEST - 1) await write('D', content.subarray(at, at + LONGEST - 1));
    },
  };
}

/** Reads frames: `{ message }` or `{ bytes }`. */
async function* readFrames(socket) {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= 5) {
      const length = rest.readUInt32BE(at);
      if (rest.length - at < 4 + length) break;
      const body = rest.subarray(at + 5, at + 4 + length);
      yield rest[at + 4] === 0x4a ? { message: JSON.parse(body.toString()) } : { bytes: body };
      at += 4 + length;
    }
    rest = rest.subarray(at);
  }
}

module.exports = { frameWriter, readFrames };
