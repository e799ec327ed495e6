import { allRows, type Reader, type Transaction } from '../../kernel/index.ts';
import { mappingShards, markOf } from '../../model/index.ts';
import { placed, type StoredStage, stages, type Takeover, takeovers } from '../collections.ts';
import type { Settling } from './settling.ts';

/** How `made` of an event source names a mapping (paas/sources/mappings.ts). */
const MAPPING = /^mapping (\S+)$/;

/** Writes where the mappings of a stage are in their streams, if there are any, in the transaction in which a release takes over. */
export async function noteTakeover(
  tx: Transaction,
  { app, account }: Pick<StoredStage, 'app' | 'account'>,
  number: number,
): Promise<void> {
  const streams: Takeover['streams'][number][] = [];
  for (const { process, source, made } of await allRows(tx, placed, { prefix: [app, account] })) {
    const uuid = MAPPING.exec(made ?? '')?.[1];
    const shards = uuid === undefined ? [] : await allRows(tx, mappingShards, { prefix: [uuid] });
    if (shards.length > 0) streams.push({ process, source, marks: shards.map(markOf) });
  }
  await tx.put(takeovers, { app, account, number, streams });
}

/** Where streams were when this release ceased to run; undefined: it read none, or runs. */
export async function takeoverFrom(
  read: Pick<Reader, 'range'>,
  { app, account, number }: Pick<Takeover, 'app' | 'account' | 'number'>,
): Promise<Takeover | undefined> {
  const [next] = (await read.range(takeovers, { prefix: [app, account], from: [number + 1], limit: 1 })).items;
  return next && next.streams.length > 0 ? next : undefined;
}

/** Has the mappings of a rollback go back in their streams, once, when its event sources are in place. */
export async function goBackInStreams({ ports, stage, release }: Settling): Promise<void> {
  if (release.streams === undefined) return;
  const { app, account } = stage;
  await ports.store.transact(async (tx) => {
    const now = await tx.get(stages, [app, account]);
    if (!now || now.rewound === release.number) return;
    const found = await tx.get(takeovers, [app, account, release.streams!]);
    for (const { process, source, marks } of found?.streams ?? []) {
      const made = (await tx.get(placed, [app, account, process, source]))?.made ?? '';
      const uuid = MAPPING.exec(made)?.[1];
      if (uuid !== undefined) await ports.rewindMapping(tx, { ...stage, uuid }, marks);
    }
    await tx.put(stages, { ...now, rewound: release.number });
  });
}
