/** Debuggers of functions in development (docs/development.md). */
import type { FunctionSpec } from './functions.ts';

/** What speaks at a function's debugger port (Chrome's DevTools protocol, or the Debug Adapter Protocol), or why nothing does, for people. */
export type DebuggerOf = { readonly protocol: 'inspector' | 'debugpy' } | { readonly refused: string };

/** The environments that are debugged (invoke). */
export interface Debuggers {
  readonly find: (spec: FunctionSpec) => Promise<DebuggerOf>;
  /**
   * Connects to the debugger of a function's `$LATEST`. From the first connection until a while after the last its calls go to one environment, which
   * is started with the debugger, is not frozen, and whose calls time out only while nobody is connected. Rejects with NotImplemented, and with
   * SandboxUnavailable when it does not start. The connection ends with the environment.
   */
  readonly connect: (spec: FunctionSpec) => Promise<DebuggerConnection>;
}

export interface DebuggerConnection {
  readonly connection: import('node:stream').Duplex;
  /** The function was not debugged before. */
  readonly begins: boolean;
}

/** `GET /apps/:app/dev/debuggers`: one for each process in development. */
export interface DevDebuggers {
  readonly debuggers: readonly (DebuggerOf & { readonly process: string })[];
}
