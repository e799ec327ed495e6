import path from 'node:path';
import type { Header } from 'tar-stream';
import { type Failure, platformFailure } from '../kernel/index.ts';

/** What an entry of a layer asks for. Names are relative to the layer's root, split at their slashes. */
export type LayerEntry =
  | {
      readonly kind: 'file';
      readonly parts: readonly string[];
      readonly mode: number;
      readonly mtime: number;
      readonly size: number;
    }
  | { readonly kind: 'directory'; readonly parts: readonly string[]; readonly mode: number }
  | { readonly kind: 'symlink'; readonly parts: readonly string[]; readonly target: string }
  | { readonly kind: 'hardlink'; readonly parts: readonly string[]; readonly target: readonly string[] }
  /** Nothing below the layer shows at this path. */
  | { readonly kind: 'removal'; readonly parts: readonly string[] }
  /** Nothing below the layer shows in this directory. */
  | { readonly kind: 'opaque'; readonly parts: readonly string[] }
  /** Devices, pipes, and what other tools note for themselves. */
  | { readonly kind: 'nothing' };

const DEPTH_LIMIT = 256;
const NAME_LIMIT = 3000;
const TARGET_LIMIT = 4095;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * Reads one entry (OCI image spec, layer.md). Names that begin at the root are taken from the layer's; setuid, setgid and sticky bits are left
 * out. Throws InvalidArchive for names that lead out, are too long, or of unknown kinds.
 */
export function readEntry(header: Header): LayerEntry {
  const parts = partsOf(header.name);
  const base = parts.at(-1) ?? '';
  if (base.startsWith(WHITEOUT)) return whiteout(parts, base);
  const mode = (header.mode ?? 0o644) & 0o777;
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      if (parts.length === 0) throw refused(header.name, 'has no name');
      return { kind: 'file', parts, mode, mtime: secondsOf(header.mtime), size: header.size ?? 0 };
    case 'directory':
      return { kind: 'directory', parts, mode };
    case 'symlink':
      return { kind: 'symlink', parts: named(parts, header), target: targetOf(header) };
    case 'link':
      return { kind: 'hardlink', parts: named(parts, header), target: partsOf(header.linkname ?? '') };
    case 'character-device':
    case 'block-device':
    case 'fifo':
      return { kind: 'nothing' };
    default:
      throw refused(header.name, 'is of an unknown kind');
  }
}

function whiteout(parts: readonly string[], base: string): LayerEntry {
  if (base === OPAQUE) return { kind: 'opaque', parts: parts.slice(0, -1) };
  if (base.startsWith(`${WHITEOUT}${WHITEOUT}`)) return { kind: 'nothing' };
  const removed = base.slice(WHITEOUT.length);
  if (removed === '' || removed === '.' || removed === '..') throw refused(base, 'removes nothing that can be named');
  return { kind: 'removal', parts: [...parts.slice(0, -1), removed] };
}

function named(parts: readonly string[], { name }: Header): readonly string[] {
  if (parts.length === 0) throw refused(name, 'has no name');
  return parts;
}

/** Where a link leads is decided inside the sandbox, at the root that it has there. */
function targetOf({ name, linkname }: Header): string {
  if (!linkname || linkname.includes('\0') || Buffer.byteLength(linkname) > TARGET_LIMIT)
    throw refused(name, 'is a link to nowhere');
  return linkname;
}

function partsOf(name: string): string[] {
  if (name.includes('\0')) throw refused(name, 'is no name');
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refused(name, 'leads out of the layer');
  if (parts.length > DEPTH_LIMIT || Buffer.byteLength(name) > NAME_LIMIT || parts.some((part) => Buffer.byteLength(part) > 255))
    throw refused(name, 'is too long');
  return parts;
}

function secondsOf(time: Date | undefined): number {
  const seconds = (time?.getTime() ?? 0) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 2 ** 32) : 0;
}

export function refused(name: string, why: string): Failure {
  return platformFailure('InvalidArchive', `entry ${JSON.stringify(path.posix.normalize(name).slice(0, 200))} ${why}`);
}
