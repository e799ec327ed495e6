import type { Store } from '../../kernel/index.ts';
import {
  CHANGE_RETENTION_MS,
  changeRecord,
  changeSequence,
  changeTopic,
  type StreamSource,
  type TableChange,
  tableStreamArn,
  tableStreamKey,
  tableStreams,
} from '../../model/index.ts';

/** The port of event source mappings; changed tells those who watch a stream. */
export function createStreamSource(store: Store): { source: StreamSource; changed: (streamArn: string) => void } {
  const watching = new Map<string, Set<() => void>>();
  const source: StreamSource = {
    async find(streamArn) {
      const key = tableStreamKey(streamArn);
      const stream = key && (await store.read.get(tableStreams, key));
      if (!stream) return undefined;
      const { shardId, lane, first, end } = stream;
      const shard = { shardId, lane, parents: [], first, ...(end === undefined ? {} : { end }) };
      return { topic: changeTopic.name, shards: [shard], retentionMs: CHANGE_RETENTION_MS };
    },
    async list({ account, region }, limit) {
      return (await store.read.range(tableStreams, { prefix: [account, region], limit })).items.map(tableStreamArn);
    },
    watch(streamArn, wake) {
      const wakes = watching.get(streamArn) ?? new Set();
      watching.set(streamArn, wakes.add(wake));
      return () => {
        wakes.delete(wake);
        if (wakes.size === 0 && watching.get(streamArn) === wakes) watching.delete(streamArn);
      };
    },
    record: (event, streamArn) => changeRecord(event, streamArn),
    sequenceNumber: (event) => changeSequence(event.position),
    orderKey: (event) => (event.body as TableChange).order,
  };
  const changed = (streamArn: string) => {
    for (const wake of [...(watching.get(streamArn) ?? [])]) wake();
  };
  return { source, changed };
}
