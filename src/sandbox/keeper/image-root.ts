import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { openDirectory, overlayReadOnly } from '../system.ts';
import { makeMountPoint, platformFiles } from './root.ts';

/** Where the first process of a sandbox with an image's root lies inside. */
export const INIT = '/run/dalamb/init';

/** What every image's root is made with, prepared once by a keeper. */
export interface ImageParts {
  /** A tree with mount points and the platform's files of /etc, laid over each image: real directories, whatever links an image has there. */
  readonly skeleton: string;
  /** The host's shell with its libraries, for images have none that could be relied on; shown at INIT. */
  readonly init: string;
  /** The command line of that shell, as seen inside. */
  readonly argv: readonly string[];
}

const MOUNT_POINTS = ['/proc', '/dev', '/sys', '/tmp', '/run/dalamb'];

/** Makes both below directory. Throws when the shell of this host cannot be copied. */
export function makeImageParts(directory: string): ImageParts {
  const [skeleton, init] = [path.join(directory, 'skeleton'), path.join(directory, 'init')];
  for (const at of [directory, skeleton, init]) fs.mkdirSync(at, { mode: 0o755 });
  for (const target of [...MOUNT_POINTS, '/etc']) makeMountPoint(skeleton, target);
  for (const name of ['hosts', 'resolv.conf'] as const) {
    fs.writeFileSync(path.join(skeleton, 'etc', name), platformFiles[name], { mode: 0o644 });
  }
  return { skeleton, init, argv: copyShell(init) };
}

/** The program loader is named on the command line, so that the shell finds its libraries there and its children know nothing of that. */
function copyShell(init: string): string[] {
  const copy = (from: string, name: string) => {
    fs.copyFileSync(fs.realpathSync(from), path.join(init, name));
    fs.chmodSync(path.join(init, name), 0o755);
    return `${INIT}/${name}`;
  };
  const shell = copy('/bin/sh', 'sh');
  const { libraries, loader } = needs('/bin/sh');
  for (const library of libraries) copy(library, path.basename(library));
  return loader === undefined ? [shell] : [copy(loader, 'loader'), '--library-path', INIT, shell];
}

/** What ldd says of a program: `libc.so.6 => /lib/…/libc.so.6 (0x…)`, `/lib64/ld-linux-x86-64.so.2 (0x…)`; nothing for a static one. */
function needs(program: string): { readonly libraries: string[]; readonly loader: string | undefined } {
  let text = '';
  try {
    text = execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {} // it is static
  const libraries = [...text.matchAll(/=> (\/\S+) \(0x/g)].map(([, file]) => file!);
  const loader = /^\s*(\/\S+) \(0x/m.exec(text)?.[1] ?? libraries.find((file) => /\/ld-musl/.test(file));
  return { libraries, loader };
}

/** Overlays an image's trees, the lowest first, and the skeleton on top of them, read-only. */
export function mountImage(treesDirectory: string, trees: readonly string[], parts: ImageParts, target: string): void {
  const base = openDirectory(treesDirectory);
  const opened: number[] = [];
  try {
    for (const hash of trees) opened.push(openDirectory(`/proc/self/fd/${base}/${hash}`));
    opened.push(openDirectory(parts.skeleton));
    fs.mkdirSync(target, { mode: 0o755 });
    overlayReadOnly(opened, target);
  } finally {
    for (const fd of [base, ...opened]) fs.closeSync(fd);
  }
}
