import { platformFailure } from '../../kernel/index.ts';
import { functionName, LIVE, type MeteredInvocations, type MeterRecord, meterTopic, type Release } from '../../model/index.ts';
import { releases, type StoredStage } from '../collections.ts';
import type { PaasPorts } from '../ports.ts';
import { stageOf } from './release-rows.ts';

/** Fewer calls than this prove nothing before the time is over. */
const TELLING_CALLS = 5;

export interface Canary {
  readonly ports: PaasPorts;
  readonly stage: StoredStage;
  readonly release: Release;
  readonly versions: Release['versions'];
  readonly line: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Gives the new versions their share of calls by the aliases' weights for the declared time, and watches what the meters say of them. Rejects
 * with ReleaseFailed as soon as more of their calls fail than may; who caught that points the aliases back. A first release, and what declares no
 * canary, has nothing to compare with.
 */
export async function canary(of: Canary): Promise<void> {
  const { ports, stage, release, versions, line } = of;
  const { canary: asked } = release.contents.checks;
  const current =
    stage.current === undefined ? undefined : await ports.store.read.get(releases, [stage.app, stage.account, stage.current]);
  if (!asked || !current) return;
  const moves = Object.entries(versions).flatMap(([process, version]) => {
    const before = current.versions[process];
    if (before === undefined || before === version) return [];
    const also = { version, weight: asked.weight };
    return [{ function: functionName(stage.app, process), alias: LIVE, version: before, also }];
  });
  if (moves.length === 0) return;
  const { next } = await ports.store.read.bounds(meterTopic.name, 0);
  await ports.store.transact(async (tx) => ports.pointAliases(tx, await stageOf(tx, stage.app, stage.account), moves));
  line(`canary: ${percent(asked.weight)} of calls for ${asked.seconds} s`);
  const counts = await watch(of, new Map(moves.map(({ function: name, also }) => [name, also.version])), next);
  line(`canary: ${counts.failed} of ${counts.calls} calls failed`);
}

interface Counts {
  calls: number;
  failed: number;
}

/** Resolves when the time is over; rejects with ReleaseFailed when too many failed. */
async function watch(
  { ports, stage, release, signal }: Canary,
  versions: ReadonlyMap<string, string>,
  from: number,
): Promise<Counts> {
  const { seconds, errorRate } = release.contents.checks.canary!;
  const over = new AbortController();
  const cancel = ports.clock.after(seconds * 1000, () => over.abort());
  const counts: Counts = { calls: 0, failed: 0 };
  const isMine = ({ account, region, function: name, version }: MeterRecord) =>
    account === stage.account && region === stage.region && versions.get(name) === version;
  try {
    for await (const events of ports.store.follow(meterTopic.name, 0, from, AbortSignal.any([over.signal, signal]))) {
      for (const record of events.flatMap(({ body }) => (body as MeteredInvocations).records))
        if (isMine(record)) count(counts, record);
      if (counts.calls >= TELLING_CALLS) judge(counts, errorRate);
    }
  } finally {
    cancel();
  }
  signal.throwIfAborted();
  judge(counts, errorRate);
  return counts;
}

function count(counts: Counts, { status }: MeterRecord): void {
  counts.calls++;
  if (status !== 'success') counts.failed++;
}

function judge({ calls, failed }: Counts, errorRate: number): void {
  if (calls === 0 || failed / calls <= errorRate) return;
  throw platformFailure('ReleaseFailed', `${failed} of ${calls} calls of the canary failed, and ${percent(errorRate)} may`);
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}
