import { benchBesidePeers } from './beside-peers.ts';
import { compared, type Figure, type Round } from './figures.ts';
import { type Echo, familyOf, startEcho } from './measure.ts';
import { FIRST_UID, withBench } from './platform.ts';
import { prepare, SERVICE_CALLS, type ServiceCall } from './service-calls.ts';
import { bareCostOf, costOf, receivedAndDeleted, receiveOf, type Side } from './service-costs.ts';

const yardstick = 'bare echo';
const stream = { StreamModeDetails: { StreamMode: 'ON_DEMAND' } };

interface Setting {
  readonly ours: Side;
  readonly echo: Echo;
  readonly quick: boolean;
}

/**
 * CPU of all of the platform's processes for one call of 1 KB, signed with an issued key, at 16 in flight, durable before the answer;
 * beside it the same bytes to a bare node:http server that answers with the body it got. With peers each is then measured again, in turns
 * with other servers that speak the same protocol.
 */
export function benchServices(quick: boolean, { peers }: { readonly peers: boolean }): Promise<Figure[]> {
  return withBench({}, async (bench) => {
    const queueUrl = await prepare(bench, ['s3', 'sqs', 'dynamodb', 'kinesis'], stream);
    const ours = { ...bench, queueUrl, belongs: familyOf(bench.platform.pid, FIRST_UID) };
    const echo = await startEcho();
    try {
      const setting = { ours, echo, quick };
      const figures = await measureAll(setting);
      if (peers) figures.push(...(await benchBesidePeers(setting)));
      return figures;
    } finally {
      await echo.stop();
    }
  });
}

async function measureAll(setting: Setting): Promise<Figure[]> {
  const { ours, echo, quick } = setting;
  await bareCostOf(echo, ours, SERVICE_CALLS[0]!.calls(ours.queueUrl)[0]!);
  for (const { calls } of SERVICE_CALLS) await costOf(ours, calls(ours.queueUrl), quick ? 1 : 3); // V8 compiles what is hot meanwhile
  const figures: Figure[] = [];
  for (const call of SERVICE_CALLS) figures.push(await measured(setting, call));
  figures.splice(1, 0, ...(await receiving(setting)));
  return figures;
}

async function measured({ ours, echo, quick }: Setting, { name, below, calls }: ServiceCall): Promise<Figure> {
  const rounds: Round[] = [];
  for (let round = 0; round < (quick ? 1 : 4); round++)
    rounds.push({
      yardstick: await bareCostOf(echo, ours, calls(ours.queueUrl)[0]!),
      value: await costOf(ours, calls(ours.queueUrl), quick ? 1 : 2),
    });
  const target = Number.isFinite(below) ? { target: { at: 'below', value: below, of: 'value' } as const } : {};
  return compared(`${name}: CPU a call`, 'µs', { rounds, yardstick, ...target });
}

async function receiving({ ours, echo, quick }: Setting): Promise<Figure[]> {
  const rounds = { receive: [] as Round[], delete: [] as Round[], both: [] as Round[] };
  await receivedAndDeleted(ours);
  for (let round = 0; round < (quick ? 1 : 4); round++) {
    const yardstick = await bareCostOf(echo, ours, receiveOf(ours.queueUrl));
    const micros = await receivedAndDeleted(ours);
    rounds.receive.push({ value: micros.receive, yardstick });
    rounds.delete.push({ value: micros.delete, yardstick });
    rounds.both.push({ value: micros.receive + micros.delete, yardstick: 2 * yardstick });
  }
  const target = { at: 'below', value: 187, of: 'value' } as const;
  return [
    compared('SQS receive: CPU a call', 'µs', { rounds: rounds.receive, yardstick }),
    compared('SQS delete: CPU a call', 'µs', { rounds: rounds.delete, yardstick }),
    compared('SQS receive and delete: CPU of both', 'µs', { rounds: rounds.both, yardstick: 'twice that', target }),
  ];
}
