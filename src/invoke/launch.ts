import { type Clock, platformFailure, withDeadline } from '../kernel/index.ts';
import { type Credentials, type FunctionSpec, readAtStart } from '../model/index.ts';
import type { Exit, TmpVolume } from '../sandbox/index.ts';
import type { RuntimeEntry } from './catalogue.ts';
import type { InitResult, LinkEvents, RuntimeLink } from './link.ts';
import { type Plan, planOf } from './plan.ts';
import type { ReadySandboxes } from './ready.ts';
import type { InvokeOptions } from './settings.ts';
import { startFailure, startOf } from './start.ts';
import { functionVariables } from './variables.ts';
import { bootGeneric, ownProcess, PIDS, Workload } from './workload.ts';

/** A sandbox that has the function's code, limits and network; its handler is not loaded. */
export interface Prepared {
  readonly workload: Workload;
  readonly credentials: Credentials;
  /** The bootstrap runs already. */
  readonly generic: boolean;
  readonly plan: Plan;
}

export type InitOutcome =
  | { readonly kind: 'ready' }
  | { readonly kind: 'error'; readonly errorType: string; readonly payload: Buffer }
  | { readonly kind: 'exit'; readonly exit: Exit }
  | { readonly kind: 'refused'; readonly errorType: string; readonly text: string }
  | { readonly kind: 'timeout' };

export interface LaunchOptions {
  readonly spec: FunctionSpec;
  readonly runtime: RuntimeEntry;
  readonly environment: string;
  readonly logStream: string;
}

const DEFAULT_TMP_MIB = 512;
/** For what a process wrote before its end to be read: it is there already, but the platform may be busy. */
const LAST_WORDS_MS = 3000;
/** The same of a process that never connected: it hardly said anything. */
const SILENT_MS = 300;

/** Resolves when all that an ended process said has been read, or after some time. */
export async function lastWords(clock: Clock, link: RuntimeLink): Promise<void> {
  await withDeadline(clock, link.connected ? LAST_WORDS_MS : SILENT_MS, 'last words', link.drained).catch(() => undefined); // it said what it said
}

/** From nothing to a runtime that takes calls, in two steps: prepare (the platform's work), then init (the function's). */
export class Launcher {
  readonly #options: InvokeOptions;
  readonly #ready: ReadySandboxes;

  constructor(options: InvokeOptions, ready: ReadySandboxes) {
    this.#options = options;
    this.#ready = ready;
  }

  /** Rejects with what the platform could not do (SandboxUnavailable, a role that cannot be assumed, a broken archive); nothing is left then. */
  async prepare(launch: LaunchOptions, tmp: TmpVolume | undefined): Promise<Prepared> {
    const { spec } = launch;
    const { trees, issueCredentials } = this.#options;
    const plan = await planOf(spec, launch.runtime, this.#options);
    const booting = this.#sandbox(spec, plan, tmp);
    try {
      const codes = plan.image ? [] : [spec.code, ...spec.layers].map((hash) => trees.prepare(hash));
      const [booted, credentials] = await Promise.all([booting, issueCredentials(spec, launch.environment), ...codes]);
      const shown = [{ hashes: [spec.code], target: '/var/task' as const }];
      const layers = spec.layers.length > 0 ? [{ hashes: spec.layers, target: '/opt' as const }] : [];
      await booted.workload.sandbox.assign({
        ...(!plan.image && { trees: [...shown, ...layers] }),
        limits: { memoryMiB: spec.memoryMiB, pids: PIDS },
        egress: spec.egress,
      });
      return { ...booted, credentials, plan };
    } catch (error) {
      void booting.then(({ workload }) => workload.end(false)).catch(() => undefined); // the first error says more
      throw error;
    }
  }

  async #sandbox(
    spec: FunctionSpec,
    { runtime, image }: Plan,
    tmp: TmpVolume | undefined,
  ): Promise<{ workload: Workload; generic: boolean }> {
    const { driver, clock, ids } = this.#options;
    const generic = runtime.speaks === 'frames' && runtime.debuggerPort === undefined && !readAtStart(spec.variables);
    const shelved = generic || (runtime.speaks === 'http' && !image);
    if (!tmp && spec.tmpMiB === DEFAULT_TMP_MIB && shelved) {
      const workload = await this.#ready.take(runtime, spec.memoryMiB);
      if (workload) return { workload, generic };
    }
    const { memoryMiB, tmpMiB } = spec;
    const wanted = { id: `fn-${ids.hex(8)}`, runtime, memoryMiB, tmp: tmp ?? tmpMiB, image: image?.trees };
    return { workload: generic ? await bootGeneric(driver, clock, wanted) : await Workload.boot(driver, clock, wanted), generic };
  }

  /** Loads the handler at full CPU, then sets the quota. Never rejects for what the function did. */
  async init(launch: LaunchOptions, prepared: Prepared, events: LinkEvents, limitMs: number): Promise<InitOutcome> {
    const { spec } = launch;
    const { plan, generic } = prepared;
    const { sandbox, link } = prepared.workload;
    const variables = functionVariables({ ...launch, plan, sandbox, credentials: prepared.credentials });
    const request = {
      handler: plan.image?.process.handler ?? spec.handler,
      root: sandbox.path('/var/task'),
      layers: sandbox.path('/opt'),
      variables,
      runtime: spec.runtime,
      format: spec.logFormat,
      level: spec.applicationLogLevel ?? 'INFO',
    };
    const initialised = async (): Promise<InitOutcome> => {
      const start = await startOf({ spec, plan, sandbox, treePath: (hash) => this.#options.trees.path(hash) }, generic);
      if (start.kind === 'refused') {
        if (start.errorType.startsWith('Extension.')) events.log(extensionLine(start.text));
        return start;
      }
      const { argv, cwd } = start;
      let said: Promise<InitResult>;
      if (plan.runtime.speaks === 'frames') {
        if (!generic) await sandbox.run(ownProcess(sandbox, argv, variables));
        await Promise.race([link.ready, sandbox.exited]);
        said = link.init(request, events);
      } else if (plan.runtime.speaks === 'http') {
        said = link.init(request, events); // it may speak before run resolves
        await sandbox.run({ argv, env: variables, cwd });
      } else {
        await sandbox.run({ argv, env: variables, cwd });
        said = link.init(request, events);
      }
      const result = await said;
      return result.ok ? { kind: 'ready' } : { kind: 'error', errorType: result.errorType, payload: result.payload };
    };
    const exited = async (): Promise<InitOutcome> => {
      const exit = await sandbox.exited;
      await lastWords(this.#options.clock, link);
      const failure = startFailure(plan, exit);
      return failure?.kind === 'refused' ? failure : { kind: 'exit', exit };
    };
    const outcome = await this.#within(limitMs, [initialised(), exited()]);
    if (outcome.kind === 'ready') {
      await sandbox.assign({ limits: { memoryMiB: spec.memoryMiB, pids: PIDS, cpus: spec.memoryMiB / MIB_PER_CPU } });
    }
    return outcome;
  }

  #within(limitMs: number, outcomes: Promise<InitOutcome>[]): Promise<InitOutcome> {
    return new Promise((resolve, reject) => {
      const cancel = this.#options.clock.after(limitMs, () => resolve({ kind: 'timeout' }));
      Promise.race(outcomes).then(resolve, reject).finally(cancel);
    });
  }
}

function extensionLine(text: string): string {
  const name = text.slice(text.lastIndexOf(' ') + 1);
  return `EXTENSION\tName: ${name}\tState: LaunchError\tEvents: []\tError Type: NotImplemented`;
}

/** Memory that comes with one whole core (spec/invoke.md §10). */
export const MIB_PER_CPU = 1769;

export function unknownRuntime(name: string, missing: readonly { name: string; reason: string }[]): Error {
  const reason = missing.find((entry) => entry.name === name)?.reason ?? 'not a runtime of this platform';
  return platformFailure('SandboxUnavailable', `runtime ${name}: ${reason}`);
}
