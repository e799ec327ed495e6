import type * as Ffi from 'node:ffi';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';
import { bug } from '../kernel/index.ts';

/**
 * The one place where system calls are made that Node has no word for. Linux only, 64 bit; loaded when first used, on the main thread.
 * Everything here is synchronous on purpose: between leaving a namespace and coming back no other code may run.
 */
const int = 'int32';
const long = 'int64';
const pointer = 'pointer';

function load() {
  const ffi = createRequire(import.meta.url)('node:ffi') as typeof Ffi;
  const { functions } = ffi.dlopen(null, {
    __errno_location: { arguments: [], return: pointer },
    syscall: { arguments: [long, long, pointer, long, pointer, long], return: long },
    setns: { arguments: [int, int], return: int },
    unshare: { arguments: [int], return: int },
    socket: { arguments: [int, int, int], return: int },
    socketpair: { arguments: [int, int, int, pointer], return: int },
    bind: { arguments: [int, pointer, 'uint32'], return: int },
    listen: { arguments: [int, int], return: int },
    connect: { arguments: [int, pointer, 'uint32'], return: int },
    ioctl: { arguments: [int, 'uint64', pointer], return: int },
    fcntl: { arguments: [int, int, long], return: int },
    getsockopt: { arguments: [int, int, int, pointer, pointer], return: int },
    mount: { arguments: [pointer, pointer, pointer, 'uint64', pointer], return: int },
    umount2: { arguments: [pointer, int], return: int },
    prctl: { arguments: [int, long, long, long, long], return: int },
    waitpid: { arguments: [int, pointer, int], return: int },
    mkfifo: { arguments: [pointer, 'uint32'], return: int },
    pipe2: { arguments: [pointer, int], return: int },
    sendmsg: { arguments: [int, pointer, int], return: long },
    recvmsg: { arguments: [int, pointer, int], return: long },
  });
  return { ffi, libc: functions, errno: functions.__errno_location() };
}

let loaded: ReturnType<typeof load> | undefined;
const system = () => {
  loaded ??= load();
  return loaded;
};

function check(call: string, result: number | bigint): number {
  if (result >= 0) return Number(result);
  const { ffi, errno } = system();
  throw bug(`${call}: ${getSystemErrorName(-ffi.getInt32(errno, 0))}`);
}

const CLOEXEC = 0o2000000;
const NONBLOCK = 0o4000;
const CLONE_NEWNS = 0x20000;
const CLONE_NEWNET = 0x40000000;
const MS = { RDONLY: 1, NOSUID: 2, NODEV: 4, BIND: 4096, REC: 16384, PRIVATE: 1 << 18, SLAVE: 1 << 19, SHARED: 1 << 20 } as const;
const O_PATH = 0o10000000;

// --- mounts -------------------------------------------------------------------------------------------------------------------------

/** Moves this process into a mount namespace of its own: what the host mounts later is seen, what we mount is not. */
export function leaveMountNamespace(): void {
  const { libc } = system();
  check('unshare', libc.unshare(CLONE_NEWNS));
  check('mount', libc.mount(null, '/', null, BigInt(MS.REC | MS.SLAVE), null));
}

/** Opens a directory without following a link in its last part, as a handle to mount from. The caller closes it. */
export function openDirectory(path: string): number {
  return fs.openSync(path, O_PATH | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW | CLOEXEC);
}

/** Makes a directory a mount point whose later mounts are seen by those who bound it as slaves. */
export function makeShared(path: string): void {
  const { libc } = system();
  check('mount', libc.mount(path, path, null, BigInt(MS.BIND), null));
  check('mount', libc.mount(null, path, null, BigInt(MS.SHARED), null));
}

/** The same, but seen by nobody else. */
export function makePrivate(path: string): void {
  const { libc } = system();
  check('mount', libc.mount(path, path, null, BigInt(MS.BIND), null));
  check('mount', libc.mount(null, path, null, BigInt(MS.PRIVATE), null));
}

const SYS = { open_tree: 428n, move_mount: 429n, mount_setattr: 442n };
const AT_EMPTY_PATH = 0x1000n;
const AT_RECURSIVE = 0x8000n;
const OPEN_TREE_CLONE = 1n;
const AT_FDCWD = -100n;
const MOVE_MOUNT_F_EMPTY_PATH = 4n;
const MOUNT_ATTR = BigInt(1 | 2 | 4); // read-only, nosuid, nodev

/** Binds an open directory read-only, nosuid, nodev; below: with what is mounted below it. The flags are set before it is attached, so slaves get them too. */
export function bindReadOnly(directory: number, target: string, { below = false }: { readonly below?: boolean } = {}): void {
  const { libc } = system();
  const extent = AT_EMPTY_PATH | (below ? AT_RECURSIVE : 0n);
  const tree = check(
    'open_tree',
    libc.syscall(SYS.open_tree, BigInt(directory), '', OPEN_TREE_CLONE | extent | BigInt(CLOEXEC), null, 0n),
  );
  try {
    const attributes = Buffer.alloc(32);
    attributes.writeBigUInt64LE(MOUNT_ATTR);
    check('mount_setattr', libc.syscall(SYS.mount_setattr, BigInt(tree), '', extent, attributes, 32n));
    check('move_mount', libc.syscall(SYS.move_mount, BigInt(tree), '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH));
  } finally {
    fs.closeSync(tree);
  }
}

/** Overlays open directories read-only; the last one is on top. */
export function overlayReadOnly(directories: readonly number[], target: string): void {
  const lower = directories.map((fd) => `/proc/self/fd/${fd}`).reverse();
  const flags = BigInt(MS.RDONLY | MS.NOSUID | MS.NODEV);
  check('mount overlay', system().libc.mount('overlay', target, 'overlay', flags, `lowerdir=${lower.join(':')}`));
}

/** Takes a mount away at once, even if it is in use. */
export function detach(path: string): void {
  check('umount', system().libc.umount2(path, 2));
}

// --- sockets and network namespaces -----------------------------------------------------------------------------------------------------

/** Runs act inside a new network namespace of which a handle is returned too; this thread is back when it returns. */
export function inNewNetwork<T>(act: () => T): { readonly namespace: number; readonly value: T } {
  const { libc } = system();
  const home = fs.openSync('/proc/thread-self/ns/net', 'r');
  check('unshare', libc.unshare(CLONE_NEWNET));
  try {
    const namespace = fs.openSync('/proc/thread-self/ns/net', 'r');
    try {
      return { namespace, value: act() };
    } catch (error) {
      fs.closeSync(namespace);
      throw error;
    }
  } finally {
    if (libc.setns(home, CLONE_NEWNET) !== 0) process.abort(); // every later socket would be in the wrong place
    fs.closeSync(home);
  }
}

/** Runs act inside a network namespace (`/proc/PID/ns/net`); this thread is back when it returns. */
export function inNetwork<T>(path: string, act: () => T): T {
  const { libc } = system();
  const home = fs.openSync('/proc/thread-self/ns/net', 'r');
  const there = fs.openSync(path, 'r');
  try {
    check('setns', libc.setns(there, CLONE_NEWNET));
    return act();
  } finally {
    if (libc.setns(home, CLONE_NEWNET) !== 0) process.abort(); // as above
    for (const fd of [home, there]) fs.closeSync(fd);
  }
}

function inet(ip: string, port: number): Buffer {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(2);
  address.writeUInt16BE(port, 2);
  address.set(ip.split('.').map(Number), 4);
  return address;
}

/** A bound TCP (listening) or UDP socket, non-blocking. */
export function openSocket(kind: 'tcp' | 'udp', ip: string, port: number): number {
  return bound(2, kind === 'tcp' ? 1 : 2, inet(ip, port), `${kind} ${ip}:${port}`);
}

/** A listening unix socket. */
export function openUnixListener(path: string): number {
  const name = Buffer.from(path);
  if (name.length > 107) throw bug(`${path} is too long for a socket`);
  const address = Buffer.alloc(name.length + 3);
  address.writeUInt16LE(1);
  address.set(name, 2);
  return bound(1, 1, address, path);
}

function bound(family: number, type: number, address: Buffer, what: string): number {
  const { libc } = system();
  const fd = check('socket', libc.socket(family, type | CLOEXEC | NONBLOCK, 0));
  try {
    check(`bind ${what}`, libc.bind(fd, address, address.length));
    if (type === 1) check('listen', libc.listen(fd, 511));
    return fd;
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/** A TCP socket that connects, non-blocking; undefined when it was refused, which loopback says at once. */
export function connectSocket(ip: string, port: number): number | undefined {
  const { ffi, libc, errno } = system();
  const fd = check('socket', libc.socket(2, 1 | CLOEXEC | NONBLOCK, 0));
  const [state, size] = [Buffer.alloc(4), Buffer.from([4, 0, 0, 0])];
  const begun = libc.connect(fd, inet(ip, port), 16) === 0 || ffi.getInt32(errno, 0) === EINPROGRESS;
  if (begun && libc.getsockopt(fd, 1, SO_ERROR, state, size) === 0 && state.readInt32LE() === 0) return fd;
  fs.closeSync(fd);
  return undefined;
}

const EINPROGRESS = 115;
const SO_ERROR = 4;

const SIOC = { ADDRT: 0x890b, SIFFLAGS: 0x8914, SIFADDR: 0x8916, SIFNETMASK: 0x891c } as const;

/** In this network namespace: loopback up, with a further address, and every other address routed into it too, where rules catch it. */
export function configureLoopback(address: string): void {
  const { ffi, libc } = system();
  const fd = check('socket', libc.socket(2, 2 | CLOEXEC, 0));
  const interfaceRequest = (name: string, fill: (request: Buffer) => void) => {
    const request = Buffer.alloc(40);
    request.write(name, 'latin1');
    fill(request);
    return request;
  };
  try {
    const up = interfaceRequest('lo', (request) => request.writeUInt16LE(0x49, 16));
    check('loopback up', libc.ioctl(fd, BigInt(SIOC.SIFFLAGS), up));
    const set = (ip: string) => interfaceRequest('lo:1', (request) => void request.set(inet(ip, 0), 16));
    check('loopback address', libc.ioctl(fd, BigInt(SIOC.SIFADDR), set(address)));
    check('loopback mask', libc.ioctl(fd, BigInt(SIOC.SIFNETMASK), set('255.255.255.255')));
    const device = Buffer.from('lo\0');
    const route = Buffer.alloc(120);
    for (const at of [8, 24, 40]) route.writeUInt16LE(2, at);
    route.writeUInt16LE(1, 56);
    route.writeBigUInt64LE(BigInt(ffi.getRawPointer(device)), 88);
    check('default route', libc.ioctl(fd, BigInt(SIOC.ADDRT), route));
  } finally {
    fs.closeSync(fd);
  }
}

/** Loads a ruleset into this network namespace, without starting a process. It must begin by deleting what it makes, for it may be run again. */
export function loadFirewall(rules: string): void {
  const { nft_ctx_new, nft_ctx_buffer_error, nft_ctx_free, nft_run_cmd_from_buffer } = nftables();
  const context = nft_ctx_new(0);
  nft_ctx_buffer_error(context); // not on our stderr
  try {
    for (let tries = 0; nft_run_cmd_from_buffer(context, rules) !== 0; tries++) {
      if (tries >= 5) throw bug('the firewall rules were refused'); // a signal, such as a child's end, interrupts it now and then
    }
  } finally {
    nft_ctx_free(context);
  }
}

function loadNftables() {
  return system().ffi.dlopen('libnftables.so.1', {
    nft_ctx_new: { arguments: ['uint32'], return: pointer },
    nft_ctx_buffer_error: { arguments: [pointer], return: int },
    nft_ctx_free: { arguments: [pointer], return: 'void' },
    nft_run_cmd_from_buffer: { arguments: [pointer, 'string'], return: int },
  }).functions;
}
let firewall: ReturnType<typeof loadNftables> | undefined;
const nftables = () => {
  firewall ??= loadNftables();
  return firewall;
};

/** Where a redirected connection wanted to go. */
export function originalDestination(fd: number): { readonly address: string; readonly port: number } {
  const to = Buffer.alloc(16);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(16);
  check('SO_ORIGINAL_DST', system().libc.getsockopt(fd, 0, 80, to, size));
  return { address: [...to.subarray(4, 8)].join('.'), port: to.readUInt16BE(2) };
}

// --- descriptors and processes ----------------------------------------------------------------------------------------------------------

/** A pair of connected message sockets, for descriptors. */
export function messagePair(): [number, number] {
  const pair = Buffer.alloc(8);
  check('socketpair', system().libc.socketpair(1, 5 | CLOEXEC, 0, pair));
  return [pair.readInt32LE(0), pair.readInt32LE(4)];
}

/** [read end, write end]. */
export function makePipe(): [number, number] {
  const ends = Buffer.alloc(8);
  check('pipe2', system().libc.pipe2(ends, CLOEXEC));
  return [ends.readInt32LE(0), ends.readInt32LE(4)];
}

/** Makes a pipe with a name, which others may read, and opens both its ends, non-blocking. */
export function openNamedPipe(path: string): number {
  check('mkfifo', system().libc.mkfifo(path, 0o600));
  fs.chmodSync(path, 0o644);
  return fs.openSync(path, fs.constants.O_RDWR | NONBLOCK | CLOEXEC);
}

export function closeOnExec(fd: number): void {
  check('fcntl', system().libc.fcntl(fd, 2, 1n));
}

const MAX_FDS = 16;

function header(text: Buffer, control: Buffer): { message: Buffer; alive: readonly Buffer[] } {
  const { ffi } = system();
  const vector = Buffer.alloc(16);
  vector.writeBigUInt64LE(BigInt(ffi.getRawPointer(text)), 0);
  vector.writeBigUInt64LE(BigInt(text.length), 8);
  const message = Buffer.alloc(56);
  message.writeBigUInt64LE(BigInt(ffi.getRawPointer(vector)), 16);
  message.writeBigUInt64LE(1n, 24);
  message.writeBigUInt64LE(BigInt(ffi.getRawPointer(control)), 32);
  message.writeBigUInt64LE(BigInt(control.length), 40);
  return { message, alive: [vector, text, control] };
}

/** Sends one message with descriptors; never waits (the socket's buffer takes some hundred of them). */
export function sendDescriptors(socket: number, name: string, fds: readonly number[]): void {
  const control = Buffer.alloc(16 + 4 * fds.length + (fds.length % 2) * 4);
  control.writeBigUInt64LE(BigInt(16 + 4 * fds.length), 0);
  control.writeInt32LE(1, 8); // SOL_SOCKET, SCM_RIGHTS
  control.writeInt32LE(1, 12);
  for (const [i, fd] of fds.entries()) control.writeInt32LE(fd, 16 + 4 * i);
  const { message } = header(Buffer.from(name), control);
  check('sendmsg', system().libc.sendmsg(socket, message, 0x40));
}

/** Receives one message that has already arrived. */
export function receiveDescriptors(socket: number): { readonly name: string; readonly fds: number[] } {
  const control = Buffer.alloc(16 + 4 * MAX_FDS);
  const text = Buffer.alloc(64);
  const { message } = header(text, control);
  const size = check('recvmsg', system().libc.recvmsg(socket, message, 0x40 | 0x40000000));
  const bytes = Number(message.readBigUInt64LE(40)) === 0 ? 0 : Number(control.readBigUInt64LE(0)) - 16;
  return {
    name: text.toString('utf8', 0, size),
    fds: Array.from({ length: Math.max(0, bytes / 4) }, (_, i) => control.readInt32LE(16 + 4 * i)),
  };
}

/** Orphans below this process become its children. */
export function adoptOrphans(): void {
  check('prctl', system().libc.prctl(36, 1n, 0n, 0n, 0n));
}

/** How a child ended, and its entry is taken away; undefined while it lives or when it is no child. */
export function reap(pid: number): { readonly code?: number; readonly signal?: number } | undefined {
  const status = Buffer.alloc(4);
  if (system().libc.waitpid(pid, status, 1) !== pid) return undefined;
  const value = status.readInt32LE();
  return (value & 0x7f) === 0 ? { code: (value >> 8) & 0xff } : { signal: value & 0x7f };
}
