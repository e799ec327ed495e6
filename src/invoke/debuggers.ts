import fs from 'node:fs/promises';
import path from 'node:path';
import type { DebuggerOf, FunctionSpec } from '../model/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { nodeFlags, type RuntimeEntry } from './catalogue.ts';
import { entryOf, planOfCode } from './plan.ts';
import type { InvokeOptions } from './settings.ts';

/** Inside a sandbox, whose loopback is its own: every function has the same. */
const INSPECTOR_PORT = 9229;
const DEBUGPY_PORT = 5678;
const LOOPBACK = '127.0.0.1';

/** The same runtime with its debugger; undefined for those that have none. */
export function debugged(runtime: RuntimeEntry): RuntimeEntry | undefined {
  if (runtime.speaks !== 'frames' || !runtime.argv) return undefined;
  if (runtime.name.startsWith('nodejs')) return { ...runtime, debuggerPort: INSPECTOR_PORT, argv: nodeInspected };
  const { argv } = runtime;
  if (runtime.name.startsWith('python'))
    return { ...runtime, debuggerPort: DEBUGPY_PORT, argv: (sandbox, memoryMiB) => underDebugpy(argv(sandbox, memoryMiB)) };
  return undefined;
}

/** What it says of itself goes to its HTTP side only, not into the function's log. */
function nodeInspected(sandbox: Sandbox, memoryMiB: number): string[] {
  const inspector = [`--inspect=${LOOPBACK}:${INSPECTOR_PORT}`, '--inspect-publish-uid=http'];
  const bootstrap = `${sandbox.path('/var/runtime')}/bootstrap.cjs`;
  return [`${sandbox.path('/var/lang')}/bin/node`, ...nodeFlags(memoryMiB), ...inspector, bootstrap];
}

/** Frozen modules have no lines that it could stop at, and it says so at length; Pythons that have none take no notice. */
function underDebugpy([python, ...bootstrap]: readonly string[]): string[] {
  return [python!, '-X', 'frozen_modules=off', '-m', 'debugpy', '--listen', `${LOOPBACK}:${DEBUGPY_PORT}`, ...bootstrap];
}

const refused = (why: string): DebuggerOf => ({ refused: why });

/** Which debugger a function has, or why none. */
export async function debuggerOf(spec: FunctionSpec, options: InvokeOptions): Promise<DebuggerOf> {
  const entry = entryOf(spec, options.runtimes);
  if (!options.driver.features.connect)
    return refused('this platform runs functions as plain processes, into which there is no way: it needs isolated sandboxes');
  if (spec.image) return refused('functions of container images have no debugger port');
  if (!entry || !debugged(entry)) return refused(`runtime ${spec.runtime} has no debugger port: Node.js and Python have`);
  if (planOfCode(spec, entry).runtime.speaks === 'server')
    return refused('HTTP servers as functions (DALAMB_ADAPTER) have no debugger port');
  if (entry.name.startsWith('nodejs')) return { protocol: 'inspector' };
  if (await hasDebugpy(spec, options)) return { protocol: 'debugpy' };
  return refused('debugpy is not among its dependencies: add it to requirements.txt');
}

/** Among its own files, where its installer puts packages; it is started from there. */
async function hasDebugpy({ code }: FunctionSpec, { trees }: InvokeOptions): Promise<boolean> {
  await trees.prepare(code);
  const stat = await fs.stat(path.join(trees.path(code), 'debugpy/__main__.py')).catch(() => undefined);
  return stat !== undefined;
}
