import type { Position, TopicSpec } from '../kernel/index.ts';
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
export function retainSlice(connection: Connection, lane: Lane, spec: TopicSpec, now: number): Position | undefined {
  const floor = Math.min(slowestCursor(connection, lane.topic, lane.lane) ?? lane.next, lane.synced);
  const text = `select at, stored, total, blob from ${lane.sqlName} where at >= ? and at < ? order by at limit ?`;
  const rows = connection.rows(text, lane.at(lane.first), lane.at(floor), SLICE) as [number, number, number, string | null][];
  const keep = rows.findIndex(
    ([, stored, total]) => stored >= now - spec.retention.ageMs && lane.total - total < spec.retention.bytes,
  );
  const gone = keep < 0 ? rows : rows.slice(0, keep);
  const last = gone.at(-1);
  if (!last) return undefined;
  connection.run(`delete from ${lane.sqlName} where at >= ? and at <= ?`, lane.at(lane.first), last[0]);
  for (const [, , , blob] of gone) if (blob) dropBlob(connection, blob, now);
  const first = lane.positionOf(last[0]) + 1;
  const sum = laneSum(lane.topic, lane.lane, [first, last[2]]);
  connection.run('insert or replace into lanes values (?,?,?,?,?)', lane.topic, lane.lane, first, last[2], sum);
  return first;
}
