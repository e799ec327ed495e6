import type { Duplex } from 'node:stream';
import { platformFailure } from '../kernel/index.ts';
import type { Debuggers, FunctionSpec } from '../model/index.ts';
import { debugged, debuggerOf } from './debuggers.ts';
import { entryOf } from './plan.ts';
import type { Pools } from './pools.ts';
import type { InvokeOptions } from './settings.ts';

/** A function that is debugged, by whatever version of its code. */
interface Debugged {
  connections: number;
  /** Nobody is connected, and soon it is debugged no longer. */
  cancelEnd: (() => void) | undefined;
}

/** Clients ask over HTTP what there is before they attach, and attach again after a save. */
const GRACE_MS = 10_000;
/** Connections to one function: a client needs two. */
const MOST_CONNECTIONS = 16;
/** Functions that are debugged at a time: each keeps an environment that nothing ends. */
const MOST_FUNCTIONS = 32;
/** The port opens while the process starts, a little before or after its handler is loaded. */
const LISTENS_MS = 5000;
const LOOK_MS = 20;

/** Which functions are debugged: as long as somebody is connected, and a little longer. */
export function createDebuggers(options: InvokeOptions, pools: Pools): Debuggers {
  const { clock } = options;
  const all = new Map<string, Debugged>();
  const enter = (arn: string): { one: Debugged; begins: boolean } => {
    const known = all.get(arn);
    if (!known && all.size >= MOST_FUNCTIONS)
      throw platformFailure('TargetBusy', `${MOST_FUNCTIONS} functions are debugged already`);
    const one = known ?? { connections: 0, cancelEnd: undefined };
    if (one.connections >= MOST_CONNECTIONS)
      throw platformFailure('TargetBusy', `${MOST_CONNECTIONS} connections to this debugger are open already`);
    one.connections++;
    one.cancelEnd?.();
    if (!known) {
      all.set(arn, one);
      pools.debug(arn, true);
    }
    return { one, begins: !known };
  };
  const leave = (arn: string, one: Debugged) => {
    if (--one.connections > 0) return;
    one.cancelEnd = clock.after(GRACE_MS, () => {
      all.delete(arn);
      pools.debug(arn, false);
    });
  };
  const listening = async (spec: FunctionSpec, port: number): Promise<Duplex> => {
    for (let waited = 0; waited < LISTENS_MS; waited += LOOK_MS) {
      const connection = await (await pools.debuggedOne(spec)).connect(port);
      if (connection) return connection;
      await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    }
    throw platformFailure('SandboxUnavailable', `the debugger of ${spec.name} does not listen`);
  };
  return {
    find: (spec) => debuggerOf(spec, options),
    async connect(spec) {
      const found = await debuggerOf(spec, options);
      if ('refused' in found) throw platformFailure('NotImplemented', `a debugger for ${spec.name}: ${found.refused}`);
      const { one, begins } = enter(spec.arn);
      try {
        const runtime = debugged(entryOf(spec, options.runtimes)!)!;
        const connection = await listening(spec, runtime.debuggerPort!);
        connection.once('close', () => leave(spec.arn, one));
        return { connection, begins };
      } catch (error) {
        leave(spec.arn, one);
        throw error;
      }
    },
  };
}
