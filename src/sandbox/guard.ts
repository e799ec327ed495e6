import { type Clock, platformFailure, withDeadline } from '../kernel/index.ts';
import type { Assignment, Sandbox, SandboxDriver, SandboxEvents, SandboxSpec } from './contract.ts';
import type { TreeStore } from './trees.ts';

type State = 'booted' | 'running' | 'frozen' | 'ended' | 'gone';
type Command = 'assign' | 'run' | 'connect' | 'freeze' | 'thaw' | 'signal' | 'memory';

/** When each command is legal; destroy always is. A signal to a process that has just ended is legal and does nothing. */
export const legal: Readonly<Record<Command, readonly State[]>> = {
  assign: ['booted', 'running'],
  run: ['booted'],
  connect: ['running', 'frozen'],
  freeze: ['running'],
  thaw: ['frozen'],
  signal: ['running', 'frozen', 'ended'],
  memory: ['booted', 'running', 'frozen', 'ended'],
};

const ID = /^[a-z0-9-]{1,40}$/;
const BOOT_MS = 30_000;
const COMMAND_MS = 5_000;
const DESTROY_MS = 20_000;

/** What every driver is wrapped in: legality, deadlines, tree holds, idempotent destroy, silence after it. */
export function guarded(driver: SandboxDriver, clock: Clock, trees: TreeStore): SandboxDriver {
  const living = new Map<string, Sandbox>();
  return {
    name: driver.name,
    features: driver.features,
    start: () => driver.start(),
    async stop(deadline) {
      await Promise.allSettled([...living.values()].map((sandbox) => sandbox.destroy()));
      await driver.stop(deadline);
    },
    async boot(spec, events) {
      checkSpec(spec);
      if (living.has(spec.id)) throw platformFailure('SandboxIllegal', `${spec.id} is already there`);
      if (spec.image && !driver.features.images)
        throw platformFailure(
          'SandboxUnavailable',
          `container images need isolation, which the driver ${driver.name} does not give`,
        );
      if (spec.nested && !driver.features.nested)
        throw platformFailure('SandboxUnavailable', `the driver ${driver.name} has no nested sandboxes here`);
      const quiet = silenceable(events);
      const letGo = holdAll(trees, spec.image ?? []);
      const booting = driver.boot(spec, quiet.events);
      const inner = await withDeadline(clock, BOOT_MS, `boot of sandbox ${spec.id}`, booting).catch((error) => {
        quiet.silence();
        booting
          .then((late) => late.destroy())
          .catch(() => {})
          .finally(letGo); // whoever waited has its error already
        throw error;
      });
      const gone = () => {
        living.delete(spec.id);
        letGo();
      };
      const sandbox = guardedSandbox(inner, { clock, trees, silence: quiet.silence, gone });
      living.set(spec.id, sandbox);
      return sandbox;
    },
  };
}

function checkSpec(spec: SandboxSpec): void {
  if (!ID.test(spec.id)) throw platformFailure('SandboxIllegal', `id ${JSON.stringify(spec.id)}`);
  if (spec.image && (spec.image.length === 0 || spec.mounts.length > 0))
    throw platformFailure('SandboxIllegal', 'an image of no trees, or with mounts');
  if (spec.image && spec.nested) throw platformFailure('SandboxIllegal', 'an image in a nested sandbox');
  const { memoryMiB, pids, cpus } = spec.limits;
  if (!(memoryMiB >= 16) || !(pids >= 8) || (cpus !== undefined && !(cpus > 0))) {
    throw platformFailure('SandboxIllegal', `limits ${JSON.stringify(spec.limits)}`);
  }
}

/** All or none of them. */
function holdAll(trees: TreeStore, hashes: readonly string[]): () => void {
  const held: (() => void)[] = [];
  const letGo = () => {
    for (const release of held.splice(0)) release();
  };
  try {
    for (const hash of hashes) held.push(trees.hold(hash));
    return letGo;
  } catch (error) {
    letGo();
    throw error;
  }
}

/** Derived trees as what they consist of. */
function whole(store: TreeStore, { trees, ...rest }: Assignment): Assignment {
  if (!trees) return rest;
  return { ...rest, trees: trees.map(({ hashes, target }) => ({ hashes: hashes.flatMap((hash) => store.parts(hash)), target })) };
}

function silenceable(events: SandboxEvents): { readonly events: SandboxEvents; readonly silence: () => void } {
  let live = true;
  return {
    silence: () => {
      live = false;
    },
    events: {
      connection: (listener, socket) => (live ? events.connection(listener, socket) : void socket.destroy()),
      output: (chunk) => live && events.output(chunk),
      dropped: (bytes) => live && events.dropped(bytes),
      egress: (bytes) => live && events.egress(bytes),
    },
  };
}

interface Surroundings {
  readonly clock: Clock;
  readonly trees: TreeStore;
  readonly silence: () => void;
  readonly gone: () => void;
}

function guardedSandbox(inner: Sandbox, { clock, trees, silence, gone }: Surroundings): Sandbox {
  let state: State = 'booted';
  let ending: ReturnType<Sandbox['destroy']> | undefined;
  const releases: (() => void)[] = [];
  void inner.exited.then(() => {
    if (state !== 'gone') state = 'ended';
  });

  /** Moves at once, so that two commands in one turn cannot both be legal; a failed one moves back unless the process ended meanwhile. */
  const command = async <T>(name: Command, next: State | undefined, act: () => Promise<T>): Promise<T> => {
    if (!legal[name].includes(state)) throw platformFailure('SandboxIllegal', `${name} of ${inner.id}, which is ${state}`);
    const before = state;
    if (next !== undefined) state = next;
    try {
      return await withDeadline(clock, COMMAND_MS, `${name} of sandbox ${inner.id}`, act());
    } catch (error) {
      if (next !== undefined && state === next) state = before;
      throw error;
    }
  };

  const hold = (assignment: Assignment) => {
    for (const { hashes } of assignment.trees ?? []) for (const hash of hashes) releases.push(trees.hold(hash));
  };

  const destroy: Sandbox['destroy'] = async (options) => {
    state = 'gone';
    silence();
    try {
      return await withDeadline(clock, DESTROY_MS, `destroy of sandbox ${inner.id}`, inner.destroy(options));
    } finally {
      gone();
      for (const release of releases.splice(0)) release();
    }
  };

  return {
    id: inner.id,
    addresses: inner.addresses,
    tickets: inner.tickets,
    exited: inner.exited,
    path: (target) => inner.path(target),
    assign: (assignment) =>
      command('assign', undefined, async () => {
        hold(assignment);
        await inner.assign(whole(trees, assignment));
      }),
    run: (process) => command('run', 'running', () => inner.run(process)),
    freeze: () => command('freeze', 'frozen', () => inner.freeze()),
    thaw: () => command('thaw', 'running', () => inner.thaw()),
    signal: (signal) =>
      command('signal', undefined, async () => {
        if (state !== 'ended') await inner.signal(signal);
      }),
    connect: (port) => command('connect', undefined, () => inner.connect(port)),
    memory: () => command('memory', undefined, () => inner.memory()),
    destroy(options) {
      ending ??= destroy(options);
      return ending;
    },
  };
}
