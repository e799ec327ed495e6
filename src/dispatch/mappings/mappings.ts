import { allRows, describe, type Key, type Service } from '../../kernel/index.ts';
import {
  type ControlRoute,
  type EventSourceMapping,
  eventSourceMappings,
  type HeldBatch,
  isSettling,
  type MappingChange,
  mappingBooks,
  mappingShards,
  mappingTopic,
  rewound,
  settledState,
} from '../../model/index.ts';
import { Chains } from './chains.ts';
import { mappingRoutes } from './mapping-routes.ts';
import type { MappingPorts, Runner, RunnerPorts } from './ports.ts';
import { QueueRunner } from './queue-runner.ts';
import { StreamRunner } from './stream-runner.ts';

export interface Mappings extends Service {
  readonly routes: readonly ControlRoute[];
  /** Batches that are in flight. */
  readonly held: () => readonly HeldBatch[];
  /** For metrics. */
  readonly gauges: () => Readonly<Record<string, number>>;
}

interface Entry {
  runner?: Runner | undefined;
  /** What an earlier runner still has in flight. */
  draining: Promise<void>;
  /** Changes are obeyed one after another. */
  obeying: Promise<void>;
}

type Name = Pick<EventSourceMapping, 'account' | 'region' | 'uuid'>;

const AGAIN_MS = 1000;
const AT_ONCE = 50;

/**
 * Event source mappings (spec/event-sources.md §10): one runner for each that is enabled. Changes are followed as events of the topic
 * `lambda.mappings`; a start reads all rows instead, so that none is missed.
 */
export function createMappings(ports: MappingPorts): Mappings {
  const ending = new AbortController();
  const shared: RunnerPorts = { ...ports, chains: new Chains(ports.store.read) };
  const entries = new Map<string, Entry>();
  let following: Promise<void> = Promise.resolve();
  const obey = (name: Name) => {
    const entry = entries.get(name.uuid) ?? { draining: Promise.resolve(), obeying: Promise.resolve() };
    entries.set(name.uuid, entry);
    entry.obeying = entry.obeying.then(async () => {
      if (!ending.signal.aborted && (await obeyOnce(shared, entry, name, ending.signal))) entries.delete(name.uuid);
    });
    return entry.obeying;
  };
  const follow = async (from: number) => {
    for await (const batch of ports.store.follow(mappingTopic.name, 0, from, ending.signal)) {
      for (const { account, region, body } of batch) void obey({ account, region, uuid: (body as MappingChange).uuid });
    }
  };
  return {
    routes: mappingRoutes(ports.store.read, (uuid) => entries.get(uuid)?.runner),
    held: () => [...entries.values()].flatMap(({ runner }) => runner?.held() ?? []),
    gauges: () => ({ dalamb_mappings_polled: [...entries.values()].filter(({ runner }) => runner).length }),
    async start() {
      const { next } = await ports.store.read.bounds(mappingTopic.name, 0);
      following = Promise.all([eachMapping(ports, obey), follow(next)]).then(
        () => {},
        (error) => {
          if (!ending.signal.aborted) ports.logger.error('changes of mappings are not followed', { error: describe(error) });
        },
      );
    },
    async stop(deadline) {
      ending.abort();
      for (const { runner } of entries.values()) void runner?.stop();
      const stopped = following.then(() => Promise.all([...entries.values()].map(stopEntry)));
      await Promise.race([stopped, aborted(deadline)]);
    },
  };
}

async function eachMapping(ports: MappingPorts, obey: (name: Name) => Promise<void>): Promise<void> {
  for (let after: Key | undefined, more = true; more; ) {
    const page: { items: EventSourceMapping[]; next?: Key } = await ports.store.read.range(eventSourceMappings, {
      limit: AT_ONCE,
      ...(after ? { after } : {}),
    });
    await Promise.all(page.items.map(obey));
    after = page.next;
    more = after !== undefined;
  }
}

async function stopEntry(entry: Entry): Promise<void> {
  await entry.obeying;
  await entry.runner?.stop();
  await entry.draining;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Makes what runs agree with the row; tries until it does. Answers whether the mapping is gone. */
async function obeyOnce(ports: RunnerPorts, entry: Entry, name: Name, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    try {
      const mapping = await ports.store.read.get(eventSourceMappings, [name.account, name.region, name.uuid]);
      return await (mapping ? apply(ports, entry, mapping) : gone(entry));
    } catch (error) {
      if (signal.aborted) return false;
      ports.logger.error('a mapping could not be obeyed, trying again', { mapping: name.uuid, error: describe(error) });
      await new Promise<void>((resolve) => ports.clock.after(AGAIN_MS, resolve));
    }
  }
}

async function gone(entry: Entry): Promise<boolean> {
  halt(entry);
  await entry.draining;
  return true;
}

async function apply(ports: RunnerPorts, entry: Entry, mapping: EventSourceMapping): Promise<boolean> {
  if (mapping.state === 'Deleting') {
    halt(entry);
    await entry.draining;
    await remove(ports, mapping);
    return true;
  }
  if (mapping.rewind) {
    halt(entry);
    await entry.draining;
    await goBack(ports, mapping);
  }
  if (!mapping.enabled) halt(entry);
  else if (!entry.runner?.change(mapping)) {
    halt(entry);
    await entry.draining;
    const runner = runnerOf(ports, mapping);
    entry.runner = runner && (await started(runner));
  }
  if (isSettling(mapping)) await settle(ports, mapping);
  return false;
}

async function started(runner: Runner): Promise<Runner> {
  try {
    await runner.start();
    return runner;
  } catch (error) {
    await runner.stop();
    throw error;
  }
}

/** Starts no further batch; what is in flight goes on to its end. */
function halt(entry: Entry): void {
  const { runner, draining } = entry;
  if (!runner) return;
  entry.runner = undefined;
  entry.draining = Promise.all([draining, runner.stop()]).then(() => {});
}

function runnerOf(ports: RunnerPorts, mapping: EventSourceMapping): Runner | undefined {
  const { sources } = ports;
  if (mapping.source === 'sqs') return sources.queues && new QueueRunner(ports, sources.queues, mapping);
  const source = sources.streams[mapping.source];
  return source && new StreamRunner(ports, source, mapping);
}

/** Says that the mapping's owner is obeyed, unless there is a newer wish. */
async function settle(ports: MappingPorts, mapping: EventSourceMapping): Promise<void> {
  await ports.store.transact(async (tx) => {
    const row = await tx.get(eventSourceMappings, [mapping.account, mapping.region, mapping.uuid]);
    if (row?.revision === mapping.revision) await tx.put(eventSourceMappings, { ...row, state: settledState(row) });
  });
}

/** Nothing of the mapping is in flight: its rows are nobody else's. */
async function goBack(ports: MappingPorts, { account, region, uuid }: EventSourceMapping): Promise<void> {
  await ports.store.transact(async (tx) => {
    const { rewind: marks, ...mapping } = (await tx.get(eventSourceMappings, [account, region, uuid])) ?? {};
    if (!marks || !('uuid' in mapping)) return;
    const rows = await allRows(tx, mappingShards, { prefix: [uuid] });
    const { back, gone } = rewound(uuid, { marks, rows, factor: mapping.settings.stream?.parallelizationFactor ?? 1 });
    for (const row of back) await tx.put(mappingShards, row);
    for (const { shardId } of gone) await tx.delete(mappingShards, [uuid, shardId]);
    await tx.put(eventSourceMappings, mapping);
  });
}

const ROWS = 500;

async function remove(ports: MappingPorts, { account, region, uuid }: EventSourceMapping): Promise<void> {
  for (let more = true; more; ) {
    more = await ports.store.transact(async (tx) => {
      const { items, next } = await tx.range(mappingShards, { prefix: [uuid], limit: ROWS });
      for (const { shardId } of items) await tx.delete(mappingShards, [uuid, shardId]);
      if (next !== undefined) return true;
      await tx.delete(mappingBooks, [account, region, uuid]);
      await tx.delete(eventSourceMappings, [account, region, uuid]);
      return false;
    });
  }
}
