import { answerOf } from './calls.ts';
import { compared, type Figure, leftOut, type Round } from './figures.ts';
import type { Echo } from './measure.ts';
import { startPeer } from './peer-process.ts';
import { PEERS, type Peer } from './peers.ts';
import { prepare, SERVICE_CALLS } from './service-calls.ts';
import { bareCostOf, costOf, receivedAndDeleted, receiveOf, type Side } from './service-costs.ts';
import { jsonCall, type Unsigned } from './signed.ts';
import { warmUp } from './warm-up.ts';

/** One thing that is measured of both sides. */
interface Work {
  readonly name: string;
  readonly unit: string;
  /** µs of CPU of that side, under load for so long. */
  readonly cost: (side: Side, seconds: number) => Promise<number>;
  /** What a bare server is asked beside it, and how often for one of these. */
  readonly bare: (side: Side) => Unsigned;
  readonly calls: number;
}

interface Setting {
  readonly ours: Side;
  readonly echo: Echo;
  readonly quick: boolean;
}

/**
 * Each peer is installed when it is missing, started alone, warmed up, measured in turns with a bare server and with the platform, by the
 * very same requests, and stopped. One that cannot be had or does not work is in the table with the reason.
 */
export async function benchBesidePeers(setting: Setting): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const peer of PEERS) {
    const name = `${peer.name} ${peer.version}`;
    process.stderr.write(`bench: beside ${name} …\n`);
    try {
      await besideOne(setting, peer, { name, found: (...more) => figures.push(...more) });
    } catch (error) {
      if (error instanceof PlatformFailed) throw error.cause;
      figures.push(leftOut(`beside ${name}`, (error as Error).message.split('\n')[0]!));
    }
  }
  return figures;
}

/** Not a reason to leave a peer out. */
class PlatformFailed extends Error {}

interface Beside {
  readonly name: string;
  readonly found: (...figures: readonly Figure[]) => void;
}

async function besideOne(setting: Setting, peer: Peer, { name, found }: Beside): Promise<void> {
  const running = await startPeer(peer);
  try {
    const side = { ...running, queueUrl: await prepare(running, peer.services, { ShardCount: 4 }) };
    for (const work of worksOf(peer)) {
      await warmedUp(side, work, setting.quick ? 1 : peer.warmSeconds);
      found(...(await inTurns(setting, { work, side, name, asked: peer.asked })));
    }
  } finally {
    await running.stop();
  }
}

function worksOf({ services }: Peer): Work[] {
  const works = SERVICE_CALLS.filter(({ service }) => services.includes(service)).map(({ name, calls }) => ({
    name,
    unit: 'CPU a call',
    cost: (side: Side, seconds: number) => costOf(side, calls(side.queueUrl), seconds),
    bare: (side: Side) => calls(side.queueUrl)[0]!,
    calls: 1,
  }));
  return services.includes('sqs') ? [...works, receiveAndDelete] : works;
}

const receiveAndDelete: Work = {
  name: 'SQS receive and delete',
  unit: 'CPU of both',
  cost: async (side) => {
    const micros = await receivedAndDeleted(side);
    return micros.receive + micros.delete;
  },
  bare: ({ queueUrl }) => receiveOf(queueUrl),
  calls: 2,
};

/** What it leaves in a queue is taken away again, to weigh on no figure. */
async function warmedUp(side: Side, { cost }: Work, seconds: number): Promise<void> {
  await warmUp((slice) => cost(side, slice), seconds);
  if (side.queueUrl !== '') await answerOf(side, jsonCall('sqs', 'PurgeQueue', { QueueUrl: side.queueUrl }));
}

async function inTurns(
  { ours, echo, quick }: Setting,
  { work, side, name, asked }: { readonly work: Work; readonly side: Side; readonly name: string; readonly asked: boolean },
): Promise<Figure[]> {
  await warmUp((slice) => ofOurs(work, ours, slice), quick ? 1 : 4); // it rested while the peer was warmed up
  const theirs: Round[] = [];
  const both: Round[] = [];
  for (let round = 0; round < (quick ? 1 : 4); round++) {
    const bare = work.calls * (await bareCostOf(echo, side, work.bare(side)));
    const peer = await work.cost(side, quick ? 1 : 2);
    theirs.push({ value: peer, yardstick: bare });
    both.push({ value: await ofOurs(work, ours, quick ? 1 : 2), yardstick: peer });
  }
  const yardstick = work.calls === 1 ? 'bare echo' : 'bare echo, twice';
  return [
    compared(`${work.name}, ${name} itself: ${work.unit}`, 'µs', { rounds: theirs, yardstick }),
    compared(`${work.name}, beside ${name}: ${work.unit}`, 'µs', {
      rounds: both,
      yardstick: name,
      ...(asked ? { target: { at: 'below', value: 1, of: 'ratio' } as const } : {}),
    }),
  ];
}

function ofOurs({ cost }: Work, ours: Side, seconds: number): Promise<number> {
  return cost(ours, seconds).catch((cause) => {
    throw new PlatformFailed('the platform failed beside a peer', { cause });
  });
}
