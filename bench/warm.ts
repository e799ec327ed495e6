import { compared, type Figure, figure, median, type Target } from './figures.ts';
import { cpuSeconds, type Echo, familyOf, type Load, load, ofSandboxes, startEcho } from './measure.ts';
import { type Bench, create, environmentsOf, FIRST_UID, invocation, withBench } from './platform.ts';
import { type Request, sendWell } from './signed.ts';

const MEMORY_MIB = [128, 1769];
const IN_FLIGHT = [1, 16, 64];
const EVENT = { hello: 'world', list: [1, 2, 3] };
const code = 'export const handler = async (event) => event;';
const yardstick = 'bare echo';
/** What is asked for is asked for at this many in flight. */
const ASKED = 16;

interface Side {
  readonly request: () => Request;
  readonly belongs: (pid: number) => boolean;
}

interface Measured extends Load {
  /** CPU of all its processes for one request, in µs. */
  readonly micros: number;
  /** Of that, what the sandboxes took. */
  readonly inSandboxes: number;
}

/**
 * Warm Invoke over the wire of the SDK: signed with an issued key, checked, run in a sandbox, logged, metered. Beside it the same request
 * to a bare node:http server that answers with the body. Memory of all environments is set high enough for 64 of 1,769 MB.
 */
export function benchWarm(quick: boolean): Promise<Figure[]> {
  return withBench({ memoryMiB: 1_048_576 }, async (bench) => {
    const echo = await startEcho();
    try {
      const figures: Figure[] = [];
      for (const memoryMiB of MEMORY_MIB) figures.push(...(await ofSize(bench, echo, { memoryMiB, quick })));
      return figures;
    } finally {
      await echo.stop();
    }
  });
}

async function ofSize(bench: Bench, echo: Echo, { memoryMiB, quick }: { memoryMiB: number; quick: boolean }): Promise<Figure[]> {
  const name = `warm-${memoryMiB}`;
  await create(bench, name, { code, memoryMiB });
  const answer = await sendWell(invocation(bench, name, EVENT));
  if (answer.text !== JSON.stringify(EVENT)) throw new TypeError(`${name} answered ${answer.text}`);
  const request = () => invocation(bench, name, EVENT);
  const ours = { request, belongs: familyOf(bench.platform.pid, FIRST_UID) };
  const bare = { request: () => ({ ...request(), url: echo.url }), belongs: (pid: number) => pid === echo.pid };
  await load(request(), ASKED, quick ? 3 : 15); // V8 compiles what is hot for about that long, here and in the sandboxes
  const figures: Figure[] = [];
  for (const inFlight of IN_FLIGHT) figures.push(...(await atLoad({ bench, ours, bare, inFlight, quick, memoryMiB })));
  return figures;
}

interface Setting {
  readonly bench: Bench;
  readonly ours: Side;
  readonly bare: Side;
  readonly inFlight: number;
  readonly memoryMiB: number;
  readonly quick: boolean;
}

async function atLoad({ bench, ours, bare, inFlight, memoryMiB, quick }: Setting): Promise<Figure[]> {
  const [rounds, seconds] = quick ? [1, 1] : [5, 2];
  await load(bare.request(), inFlight, 1);
  await warmUp({ bench, ours, inFlight, quick });
  const measured: { ours: Measured; bare: Measured }[] = [];
  for (let round = 0; round < rounds; round++)
    measured.push({ bare: await measure(bare, inFlight, seconds), ours: await measure(ours, inFlight, seconds) });
  const pick = (what: 'perSecond' | 'micros' | 'p50') =>
    measured.map((one) => ({ value: one.ours[what], yardstick: one.bare[what] }));
  const target = (at: Target['at'], value: number) => (inFlight === ASKED ? { target: { at, value, of: 'ratio' as const } } : {});
  const of = `warm invoke, ${memoryMiB} MB, ${inFlight} in flight`;
  return [
    compared(`${of}: throughput`, '/s', { rounds: pick('perSecond'), yardstick, ...target('least', 0.35) }),
    compared(`${of}: CPU a request`, 'µs', { rounds: pick('micros'), yardstick, ...target('most', 4) }),
    figure(`${of}: of that in sandboxes`, median(measured.map((one) => one.ours.inSandboxes)), 'µs'),
    compared(`${of}: latency p50`, 'ms', { rounds: pick('p50'), yardstick }),
  ];
}

/** Until no more environments start. */
async function warmUp({ bench, ours, inFlight, quick }: Pick<Setting, 'bench' | 'ours' | 'inFlight' | 'quick'>): Promise<void> {
  for (let before = -1, round = 0; round < 6; round++) {
    await load(ours.request(), inFlight, quick ? 1 : 3);
    const living = await environmentsOf(bench.platform);
    if (living === before) return;
    before = living;
  }
}

async function measure({ request, belongs }: Side, inFlight: number, seconds: number): Promise<Measured> {
  const inSandbox = ofSandboxes(FIRST_UID);
  const cpu = () => [belongs, (pid: number) => belongs(pid) && inSandbox(pid)].map(cpuSeconds);
  const before = cpu();
  const found = await load(request(), inFlight, seconds);
  if (found.failed > 0) throw new TypeError(`${found.failed} of ${found.requests} requests failed`);
  const [micros, inSandboxes] = cpu().map((used, at) => ((used - before[at]!) * 1e6) / found.requests);
  return { ...found, micros: micros!, inSandboxes: inSandboxes! };
}
