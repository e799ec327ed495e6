import { type StagedBlob, silentLogger, systemClock, type Transaction } from '../../src/kernel/index.ts';
import { openStore } from '../../src/store/index.ts';
import { crashSchema, OPEN_KEPT, openLane, pairs, workEvent } from './store-crash.plan.ts';

// Does random transactions until it is killed, and says on stdout what was acknowledged: `<worker> <number> <lane> <position> <hash>`.
const [directory, round] = [process.argv[2]!, Number(process.argv[3])];
const store = await openStore({
  directory,
  schema: crashSchema,
  clock: systemClock,
  logger: silentLogger,
  reserveBytes: 1024 * 1024,
});

async function worker(name: string): Promise<void> {
  for (let n = 1; ; n++) {
    const id = `${round}.${name}.${n}`;
    const size = n % 9 === 0 ? 70_000 + n : n % 4 === 0 ? 100 : 0;
    const blob = size > 0 ? await store.blobs.stage(Buffer.alloc(size, id)) : undefined;
    const lane = n % 2;
    if (n % 11 === 5) await store.transact((tx) => abandon(tx, id)).catch(() => {});
    const position = await store.transact((tx) => change(tx, { id, lane, blob }));
    process.stdout.write(`${id} ${lane} ${position} ${blob?.hash ?? '-'}\n`);
  }
}

async function change(tx: Transaction, what: { id: string; lane: number; blob: StagedBlob | undefined }): Promise<number> {
  const { id, lane, blob } = what;
  if (blob) await tx.addBlob(blob);
  const half = { id, lane, ...(blob ? { hash: blob.hash } : {}) };
  await tx.put(pairs, { ...half, side: 'left', filler: 'l'.repeat(id.length * 40) });
  const position = await tx.append('crash.work', lane, workEvent(id));
  const last = await tx.append('crash.open', openLane(lane), workEvent(id));
  await tx.trim('crash.open', openLane(lane), last - OPEN_KEPT);
  await tx.put(pairs, { ...half, side: 'right', position, filler: 'r'.repeat(id.length * 40) });
  return position;
}

// Never to be seen: it throws after its writes.
async function abandon(tx: Transaction, id: string): Promise<void> {
  await tx.put(pairs, { id: `abandoned.${id}`, side: 'left', lane: 0, filler: '' });
  await tx.append('crash.work', 0, workEvent(`abandoned.${id}`));
  await tx.append('crash.open', openLane(0), workEvent(`abandoned.${id}`));
  await tx.trim('crash.open', openLane(0), 1e9);
  throw new RangeError('abandoned');
}

process.stdout.write('ready\n');
await Promise.all(Array.from({ length: 12 }, (_, i) => worker(`w${i}`)));
