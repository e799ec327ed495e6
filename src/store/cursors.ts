import { crc32 } from 'node:zlib';
import { bug, type Position } from '../kernel/index.ts';
import { type Connection, corrupt } from './connection.ts';

/** How far each subscriber has come. */
export function readCursor(connection: Connection, subscriber: string, topic: string, lane: number): Position | undefined {
  const row = connection.row('select next, sum from cursors where subscriber=? and topic=? and lane=?', subscriber, topic, lane);
  if (!row) return undefined;
  if (cursorSum(subscriber, topic, lane, row[0] as number) !== row[1])
    throw corrupt(`cursor of ${subscriber} in ${topic}/${lane}`);
  return row[0] as number;
}

/** Goes forward only, unless reset. */
export function writeCursor(
  connection: Connection,
  place: { subscriber: string; topic: string; lane: number },
  next: Position,
  reset: boolean,
): void {
  const { subscriber, topic, lane } = place;
  if (!Number.isSafeInteger(next) || next < 1) throw bug(`cursor ${next} is not a position`);
  const forward = reset ? '' : ' where excluded.next > next';
  const text = `insert into cursors values (?,?,?,?,?) on conflict (subscriber, topic, lane) do update set next=excluded.next, sum=excluded.sum${forward}`;
  connection.run(text, subscriber, topic, lane, next, cursorSum(subscriber, topic, lane, next));
}

export function deleteCursors(connection: Connection, subscriber: string): void {
  connection.run('delete from cursors where subscriber=?', subscriber);
}

/** The smallest cursor in a lane: nothing from there on may go. */
export function slowestCursor(connection: Connection, topic: string, lane: number): Position | undefined {
  return (
    (connection.row('select min(next) from cursors where topic=? and lane=?', topic, lane)?.[0] as number | null) ?? undefined
  );
}

export function cursorSum(subscriber: string, topic: string, lane: number, next: Position): number {
  return crc32(`${subscriber}\0${topic}\0${lane}\0${next}`);
}
