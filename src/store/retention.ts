import type { FixedTopicSpec, Position } from '../kernel/index.ts';
import { dropBlob } from './blob-rows.ts';
import type { Connection } from './connection.ts';
import { slowestCursor } from './cursors.ts';
import { type Lane, laneSum } from './lanes.ts';

/** Events looked at in one transaction. */
const SLICE = 500;

/**
 * Removes the oldest events of a lane that are past its retention and that every subscriber has passed; one slice, inside a transaction.
 * Returns the new first position, or undefined when there was nothing to remove.
 */
export function retainSlice(connection: Connection, lane: Lane, spec: FixedTopicSpec, now: number): Position | undefined {
  const floor = Math.min(slowestCursor(connection, lane.topic, lane.lane) ?? lane.next, lane.synced);
  const rows = oldest(connection, lane, lane.at(floor));
  const keep = rows.findIndex(
    ([, stored, total]) => stored >= now - spec.retention.ageMs && lane.total - total < spec.retention.bytes,
  );
  const gone = keep < 0 ? rows : rows.slice(0, keep);
  return remove(connection, lane, gone, now);
}

/** Removes the oldest events of a lane below before, one slice; returns the new first position, or undefined when there was nothing. */
export function trimSlice(connection: Connection, lane: Lane, before: Position, now: number): Position | undefined {
  const until = lane.at(Math.min(before, lane.next));
  return remove(connection, lane, oldest(connection, lane, until), now);
}

type Old = [at: number, stored: number, total: number, blob: string | null];

function oldest(connection: Connection, lane: Lane, until: number): Old[] {
  const text = `select at, stored, total, blob from ${lane.sqlName} where at >= ? and at < ? order by at limit +?`;
  return connection.rows(text, lane.at(lane.first), until, SLICE) as Old[];
}

function remove(connection: Connection, lane: Lane, gone: readonly Old[], now: number): Position | undefined {
  const last = gone.at(-1);
  if (!last) return undefined;
  connection.run(`delete from ${lane.sqlName} where at >= ? and at <= ?`, lane.at(lane.first), last[0]);
  for (const [, , , blob] of gone) if (blob) dropBlob(connection, blob, now);
  const first = lane.positionOf(last[0]) + 1;
  const sum = laneSum(lane.topic, lane.lane, [first, last[2]]);
  connection.run('insert or replace into lanes values (?,?,?,?,?)', lane.topic, lane.lane, first, last[2], sum);
  return first;
}
