import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bug } from '../../kernel/index.ts';
import type { Exit } from '../contract.ts';
import { connectSocket, detach, inNetwork, makePipe, makeShared, openNamedPipe, openUnixListener, reap } from '../system.ts';
import { type BundleInput, bundle, innerUser } from './bundle.ts';
import { type Cgroup, cgroupOf } from './cgroup.ts';
import { mainProcess, removeContainer, startContainer } from './container.ts';
import { exitOf } from './exit.ts';
import { type ImageParts, INIT, makeImageParts, mountImage } from './image-root.ts';
import { type LockedRoot, lockRoot } from './nested.ts';
import { prepareNetwork } from './network.ts';
import type { CommandInput, CommandName, CommandOutput, DescriptorName } from './protocol.ts';
import { refused } from './refused.ts';
import { hostDirectories, makeMountPoint, makeRoot } from './root.ts';
import { type MountRoot, mountTrees, Sources } from './sources.ts';
import { type Volume, Volumes } from './volumes.ts';

export interface BoxesConfig {
  /** Names this keeper's cgroups, run directory and images. */
  readonly instance: string;
  /** A private mount of its own, 0711. */
  readonly runDirectory: string;
  readonly imagesDirectory: string;
  /** `runc` or `runsc`. */
  readonly runtime: string;
  readonly firstUid: number;
  /** Where prepared trees lie; belongs to the server. */
  readonly treesDirectory: string;
  readonly mountRoots: readonly MountRoot[];
  readonly parallelBoots: number;
  /** Whether nested sandboxes may be booted. */
  readonly nested: boolean;
}

interface Box {
  readonly id: string;
  readonly range: number;
  readonly directory: string;
  readonly volume: Volume;
  readonly slots: { readonly task: string; readonly opt: string; readonly run: string; readonly tmp: string };
  /** Trees of the image that is its root; undefined: the root that all share. */
  readonly image: readonly string[] | undefined;
  readonly nested: boolean;
  readonly taken: Set<string>;
  pid: number;
  /** Settled once the runtime has started it, or not. */
  starting: Promise<void> | undefined;
  cgroup: Cgroup | undefined;
  ended: boolean;
}

type Handlers = { [N in CommandName]: (input: CommandInput<N>) => Promise<CommandOutput[N]> };

export interface BoxesEvents {
  exit(id: string, exit: Exit): void;
  descriptors(id: string, fds: Readonly<Record<DescriptorName, number>>): void;
  connected(name: string, fd: number): void;
}

const CHILD_GONE_MS = 5000;
const KILL_EVERY = 20;

/** All sandboxes of this keeper, and what it does to them. Whatever cannot be done is refused, and leaves nothing behind. */
export class Boxes implements Handlers {
  readonly #config: BoxesConfig;
  readonly #events: BoxesEvents;
  readonly #boxes = new Map<string, Box>();
  readonly #kept = new Map<string, Volume>();
  readonly #ranges = new Set<number>();
  readonly #sources: Sources;
  /** Where the runtime keeps its state. */
  readonly #state: string;
  readonly #volumes: Volumes;
  readonly #root: string;
  readonly #waiting: (() => void)[] = [];
  #booting = 0;
  #connections = 0;
  #parts: ImageParts | undefined;
  #locked: LockedRoot | undefined;

  constructor(config: BoxesConfig, events: BoxesEvents) {
    this.#config = config;
    this.#events = events;
    this.#root = path.join(config.runDirectory, 'root');
    makeRoot(this.#root);
    for (const name of ['b', 'm']) fs.mkdirSync(path.join(config.runDirectory, name), { mode: 0o711 });
    this.#sources = new Sources(config.mountRoots, path.join(config.runDirectory, 'm'));
    this.#state = path.join(config.runDirectory, 'oci');
    this.#volumes = new Volumes(config.imagesDirectory, path.join(config.runDirectory, 't'));
    void this.#volumes.fill();
  }

  /** To be called when a child ended. */
  reap(): void {
    for (const box of this.#boxes.values()) this.#look(box);
  }

  async close(): Promise<void> {
    this.#volumes.close();
    await Promise.allSettled([...this.#boxes.keys()].map((id) => this.destroy({ id, keepTmp: false })));
  }

  async boot({ id, mounts, tmp, limits, image, nested = false }: CommandInput<'boot'>): Promise<{ volume: string }> {
    if (this.#boxes.has(id)) throw refused(`${id} is there`);
    if (nested && (image || !this.#config.nested)) throw refused('a nested sandbox, with an image or where none may be');
    if (image && mounts.length > 0) throw refused('an image has its own root, without mounts');
    const sources = mounts.map(({ source, target }) => ({ source: this.#sources.show(source), target }));
    const kept = 'volume' in tmp ? this.#kept.get(tmp.volume) : undefined;
    if ('volume' in tmp && !kept) throw refused(`no volume ${tmp.volume}`);
    if (kept) this.#kept.delete(kept.name);
    const volume = kept ?? (await this.#volumes.take((tmp as { mib: number }).mib));
    const box = this.#newBox(id, volume, { image, nested });
    try {
      for (const { target } of sources) makeMountPoint(this.#root, target);
      const start = () => this.#start(box, (network) => this.#bundle(box, { limits, mounts: sources, network }));
      box.starting = this.#turn(start);
      await box.starting;
      return { volume: box.volume.name };
    } catch (error) {
      await this.destroy({ id, keepTmp: false });
      throw error;
    }
  }

  async assign({ id, trees, limits }: CommandInput<'assign'>): Promise<null> {
    const box = this.#box(id);
    if (limits) this.#cgroup(box).limit(limits);
    if (trees && box.image) throw refused(`${id} has an image's root`);
    for (const { hashes, target } of trees ?? []) {
      if (box.taken.has(target)) throw refused(`${target} is taken`);
      mountTrees(this.#config.treesDirectory, hashes, target === '/opt' ? box.slots.opt : box.slots.task);
      box.taken.add(target);
    }
    return null;
  }

  async freeze({ id }: { id: string }): Promise<null> {
    await this.#cgroup(this.#box(id)).freeze();
    return null;
  }

  async thaw({ id }: { id: string }): Promise<null> {
    this.#cgroup(this.#box(id)).thaw();
    return null;
  }

  /** To the main process, the first child of the sandbox's first process. One that has not begun yet never will. */
  async signal({ id, signal }: CommandInput<'signal'>): Promise<null> {
    const box = this.#box(id);
    const main = await mainProcess(box.pid, () => box.ended);
    if (box.ended) return null;
    quietly(() => process.kill(main ?? box.pid, main === undefined ? 'SIGKILL' : signal));
    if (signal === 'SIGKILL') this.#cgroup(box).thaw(); // a frozen one dies when it wakes
    return null;
  }

  async connect({ id, port }: CommandInput<'connect'>): Promise<{ name: string | null }> {
    const box = this.#box(id);
    if (box.ended || box.pid === 0) throw refused(`${id} does not run`);
    const fd = inNetwork(`/proc/${box.pid}/ns/net`, () => connectSocket('127.0.0.1', port));
    if (fd === undefined) return { name: null };
    const name = `#${++this.#connections}`;
    try {
      this.#events.connected(name, fd);
    } finally {
      fs.closeSync(fd);
    }
    return { name };
  }

  async memory({ id }: { id: string }): Promise<{ current: number; peak: number }> {
    return this.#cgroup(this.#box(id)).memory();
  }

  async destroy({ id, keepTmp }: CommandInput<'destroy'>): Promise<null> {
    const box = this.#box(id);
    await box.starting?.catch(() => {}); // what the runtime is making now cannot be ended yet
    await this.#end(box);
    for (const slot of [box.slots.task, box.slots.opt, imageRoot(box)]) {
      for (let tries = 0; tries < 2 && fs.existsSync(slot); tries++) quietly(() => detach(slot)); // the tree, then the slot itself
    }
    fs.rmSync(box.directory, { recursive: true, force: true });
    fs.rmSync(path.join(this.#state, id), { recursive: true, force: true });
    this.#boxes.delete(id);
    if (keepTmp) this.#kept.set(box.volume.name, box.volume);
    else await this.#drop(box.volume);
    return null;
  }

  async discard({ volume }: { volume: string }): Promise<null> {
    const kept = this.#kept.get(volume);
    if (!kept) throw refused(`no volume ${volume}`);
    this.#kept.delete(volume);
    await this.#drop(kept);
    return null;
  }

  async #drop(volume: Volume): Promise<void> {
    await this.#volumes.remove(volume);
    if (volume.owner !== undefined) this.#ranges.delete(volume.owner);
  }

  #box(id: string): Box {
    const box = this.#boxes.get(id);
    if (!box) throw refused(`no sandbox ${id}`);
    return box;
  }

  #cgroup(box: Box): Cgroup {
    if (!box.cgroup) throw refused(`${box.id} is not booted`);
    return box.cgroup;
  }

  #newBox(id: string, volume: Volume, kind: Pick<Box, 'image' | 'nested'>): Box {
    volume.owner ??= this.#freeRange();
    const directory = path.join(this.#config.runDirectory, 'b', id);
    const slots = { task: `${directory}/task`, opt: `${directory}/opt`, run: `${directory}/run`, tmp: volume.directory };
    const box: Box = {
      id,
      range: volume.owner,
      directory,
      volume,
      slots,
      ...kind,
      taken: new Set(),
      pid: 0,
      starting: undefined,
      cgroup: undefined,
      ended: false,
    };
    this.#boxes.set(id, box);
    return box;
  }

  #freeRange(): number {
    let range = 0;
    while (this.#ranges.has(range)) range++;
    if (this.#config.firstUid + (range + 1) * 65_536 > 4_294_000_000) throw refused('no user ids are left');
    this.#ranges.add(range);
    return range;
  }

  #bundle(
    box: Box,
    more: { limits: CommandInput<'boot'>['limits']; mounts: { source: string; target: string }[]; network: number },
  ): void {
    const config = bundle({
      ...this.#rootOf(box),
      nested: box.nested,
      cgroup: `/dalamb-${this.#config.instance}/${box.id}`,
      firstUid: this.#config.firstUid + box.range * 65_536,
      network: `/proc/${process.pid}/fd/${more.network}`,
      limits: more.limits,
      slots: box.slots,
      mounts: more.mounts,
    });
    fs.writeFileSync(path.join(box.directory, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  }

  #rootOf(box: Box): Pick<BundleInput, 'root' | 'system' | 'init'> {
    if (box.nested) return this.#lockedRoot();
    if (!box.image) return { root: this.#root, system: hostDirectories().map((path) => ({ source: path, target: path })) };
    this.#parts ??= makeImageParts(path.join(this.#config.runDirectory, 'image'));
    mountImage(this.#config.treesDirectory, box.image, this.#parts, imageRoot(box));
    fs.mkdirSync(path.join(box.slots.run, path.basename(INIT)), { mode: 0o755 });
    return { root: imageRoot(box), system: [], init: { source: this.#parts.init, argv: this.#parts.argv } };
  }

  #lockedRoot(): LockedRoot {
    this.#locked ??= lockRoot(this.#root, path.join(this.#config.runDirectory, 'locked'));
    return this.#locked;
  }

  async #start(box: Box, writeBundle: (network: number) => void): Promise<void> {
    fs.mkdirSync(box.directory, { mode: 0o711 });
    fs.mkdirSync(box.slots.run, { mode: 0o755 });
    for (const slot of [box.slots.task, box.slots.opt]) {
      fs.mkdirSync(slot, { mode: 0o755 });
      makeShared(slot);
    }
    const { namespace, ...sockets } = prepareNetwork();
    const [stdinRead, stdin] = makePipe();
    const [output, outputWrite] = makePipe();
    const owned = [namespace, stdinRead, stdin, output, outputWrite, ...Object.values(sockets)];
    try {
      const channel = openUnixListener(`${box.slots.run}/channel.sock`);
      owned.push(channel);
      const tickets = openNamedPipe(`${box.slots.run}/tickets`);
      owned.push(tickets);
      fs.chmodSync(`${box.slots.run}/channel.sock`, 0o666);
      const first = this.#config.firstUid + box.range * 65_536;
      const inner = innerUser(box);
      for (const fd of [stdinRead, outputWrite]) fs.fchownSync(fd, first + inner.uid, first + inner.gid); // so that /dev/stdout can be opened
      writeBundle(namespace);
      const stdio = [stdinRead, outputWrite, outputWrite];
      const { runtime } = this.#config;
      box.pid = await startContainer({ runtime, state: this.#state, id: box.id, bundle: box.directory, stdio });
      box.cgroup = cgroupOf(box.pid);
      this.#events.descriptors(box.id, { ...sockets, channel, stdin, output, tickets });
    } finally {
      for (const fd of owned) fs.closeSync(fd);
    }
    this.#look(box);
  }

  /** At most so many runtimes start at a time. */
  async #turn<T>(act: () => Promise<T>): Promise<T> {
    if (this.#booting >= this.#config.parallelBoots) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#booting++;
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#booting--;
    }
  }

  #look(box: Box): void {
    if (box.ended || box.pid === 0) return;
    const status = reap(box.pid);
    if (!status) return;
    box.ended = true;
    let oom = false;
    quietly(() => {
      oom = (box.cgroup?.oomKills() ?? 0) > 0;
    });
    this.#events.exit(box.id, { ...exitOf(status), oom });
  }

  async #end(box: Box): Promise<void> {
    if (box.pid === 0) return;
    for (let waited = 0; !box.ended; waited++) {
      if (waited % KILL_EVERY === 0) quietly(() => box.cgroup?.kill()); // again: a freeze under way holds back the first
      this.#look(box);
      if (box.ended) break;
      if (waited > CHILD_GONE_MS) throw bug(`${box.id} does not end`);
      await pause(1);
    }
    await removeContainer(this.#config.runtime, this.#state, box.id);
    await box.cgroup?.remove();
  }
}

const imageRoot = (box: Box) => `${box.directory}/root`;

function quietly(act: () => void): void {
  try {
    act();
  } catch {} // it was gone already
}
