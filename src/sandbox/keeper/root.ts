import fs from 'node:fs';
import path from 'node:path';

const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64'];
const ETC = ['/etc/ssl', '/etc/alternatives', '/etc/pki', '/etc/ca-certificates'];
/** Where Debian and its kin keep what a JVM reads before anything else. */
const JAVA = /^java-\d+-openjdk$/;
const EMPTY = [
  'proc',
  'dev',
  'tmp',
  'run/dalamb',
  'var/task',
  'var/runtime',
  'var/tmp',
  'opt',
  'etc',
  'home',
  'root',
  'srv',
  'sys',
];

const isDirectory = (file: string) => fs.lstatSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Directories of the host that every sandbox sees, read-only. */
export function hostDirectories(): string[] {
  const javas = fs.readdirSync('/etc').filter((name) => JAVA.test(name));
  return [...SYSTEM, ...ETC, ...javas.map((name) => `/etc/${name}`)].filter(isDirectory);
}

/** Files of /etc that every sandbox has from the platform, by name. */
export const platformFiles = {
  passwd:
    'root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n',
  group: 'root:x:0:\nsbx_user1051:x:990:\nnogroup:x:65534:\n',
  hosts: '127.0.0.1 localhost sandbox\n169.254.100.1 sandbox.localdomain\n',
  'resolv.conf': 'nameserver 127.0.0.1\noptions timeout:2 attempts:2\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
} as const;

/** Writes the root that all sandboxes share: mount points, links as the host has them, and a few files of /etc. */
export function makeRoot(root: string): void {
  fs.mkdirSync(root, { recursive: true, mode: 0o755 });
  for (const name of EMPTY) makeMountPoint(root, `/${name}`);
  fs.chmodSync(path.join(root, 'tmp'), 0o1777);
  for (const directory of hostDirectories()) makeMountPoint(root, directory);
  for (const name of SYSTEM) {
    if (fs.lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink())
      fs.symlinkSync(fs.readlinkSync(name), path.join(root, name));
  }
  for (const [name, text] of Object.entries(platformFiles)) fs.writeFileSync(path.join(root, 'etc', name), text, { mode: 0o644 });
  if (fs.existsSync('/etc/ld.so.cache')) fs.copyFileSync('/etc/ld.so.cache', path.join(root, 'etc/ld.so.cache'));
}

/** A place to mount at. target has no `..` (protocol.ts sees to it), and nobody but the keeper writes below root. */
export function makeMountPoint(root: string, target: string): void {
  fs.mkdirSync(path.join(root, target), { recursive: true, mode: 0o755 });
}
