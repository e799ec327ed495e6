'use strict';
/**
 * Tickets decide who has a call that was handed over ahead of its turn: this process, or the platform that takes it back because something
 * holds this one up. A pipe holds them; whoever reads one has it.
 */
const fs = require('node:fs');

/** undefined: this sandbox has none. */
function openTickets(path) {
  if (path === undefined) return undefined;
  let fd;
  try {
    fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch {
    return undefined; // an isolation that lets no pipe through
  }
  const bytes = Buffer.allocUnsafeSlow(4);
  let held = 0; // taken, and not its turn yet
  const read = () => {
    try {
      return fs.readSync(fd, bytes, 0, 4, null) === 4 ? bytes.readUInt32BE(0) : 0;
    } catch {
      return 0; // there are none
    }
  };
  return {
    /** Whether the call with this number is ours. Numbers rise. */
    take(number) {
      while (held < number) {
        held = read();
        if (held === 0) return false;
      }
      return held === number;
    },
  };
}

module.exports = { openTickets };
