import type { Service } from '../kernel/index.ts';
import type { Debuggers, Expect, Invoke, Retire, Warm } from '../model/index.ts';
import { createDebuggers } from './debugging.ts';
import { Launcher } from './launch.ts';
import { Pools } from './pools.ts';
import { ReadySandboxes } from './ready.ts';
import type { InvokeOptions } from './settings.ts';

export interface InvokeStats {
  /** Environments alive, in whatever state. */
  readonly environments: number;
  readonly busy: number;
  readonly idle: number;
  /** Of the idle ones. */
  readonly frozen: number;
  readonly starting: number;
  /** Calls that wait for an environment. */
  readonly waiting: number;
  /** Σ memory of the environments. */
  readonly memoryMiB: number;
  /** Pre-booted sandboxes. */
  readonly ready: number;
}

export interface InvokeRoom extends Service {
  readonly invoke: Invoke;
  readonly retire: Retire;
  readonly warm: Warm;
  /** Begins to keep sandboxes ready for functions of this kind, e.g. when one is created. Unknown runtimes are ignored. */
  readonly expect: Expect;
  readonly debuggers: Debuggers;
  readonly stats: () => InvokeStats;
}

const SWEEP_MS = 1000;

/** The room of execution environments (DESIGN §4, Run). start does not wait for ready sandboxes; stop drains. */
export function createInvoke(options: InvokeOptions): InvokeRoom {
  const { settings, clock, runtimes } = options;
  const ready = new ReadySandboxes({ ...options, count: settings.ready, tmpMiB: 512 });
  const pools = new Pools(options, new Launcher(options, ready));
  let cancelSweep = () => {};
  const sweep = () => {
    pools.sweep();
    cancelSweep = clock.after(SWEEP_MS, sweep);
  };
  const expect = (name: string, memoryMiB: number) => {
    const runtime = runtimes.entries.get(name);
    if (runtime && settings.ready > 0) ready.expect(runtime, memoryMiB);
  };
  return {
    invoke: (call) => pools.run(call),
    retire: (functionArn, keepIdentity, version) => pools.retire(functionArn, keepIdentity, version),
    warm: (spec, least) => pools.warm(spec, least),
    expect,
    debuggers: createDebuggers(options, pools),
    stats: () => ({ ...pools.counts(), ready: ready.size }),
    async start() {
      for (const { runtime, memoryMiB } of settings.readyAtStart) expect(runtime, memoryMiB);
      sweep();
    },
    async stop(deadline) {
      cancelSweep();
      await Promise.all([pools.stop(deadline), ready.stop()]);
    },
  };
}
