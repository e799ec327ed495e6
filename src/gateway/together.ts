import type { Socket } from 'node:net';

let held: Socket[] = [];

/**
 * Keeps what is written to a socket until the end of this turn of the event loop, so that the answers of one turn leave one right after the
 * other: a client that serves many requests is woken once for all of them, not once for each. A wake-up costs the writer more than all the
 * rest of a small answer (bench/door.ts); nobody waits longer than the turn that was running anyway.
 */
export function holdTillTurnEnds(socket: Socket): void {
  socket.cork();
  if (held.push(socket) === 1) setImmediate(release);
}

function release(): void {
  const sockets = held;
  held = [];
  for (const socket of sockets) socket.uncork();
}
