import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { fail } from '../kernel/index.ts';
import type { DevAnswer, DevFailed, DevSwapped, ManifestChanges, TreeManifest } from '../model/index.ts';
import type { Api } from './api.ts';
import type { Scan, Scanner } from './scan-folder.ts';

export interface Sent {
  readonly answer: DevSwapped | DevFailed;
  /** Names that were changed, added or removed since it was sent last. */
  readonly changed: readonly string[];
}

/** Keeps a folder of ours and what the server has of it the same. */
export interface FolderSender {
  /** within: as Scanner has it. Undefined: nothing has changed since. Rejects as the server does. */
  send(within?: ReadonlySet<string>): Promise<Sent | undefined>;
}

export interface SenderOptions {
  readonly api: () => Api;
  readonly app: string;
  readonly role: string | undefined;
  readonly scanner: Scanner;
  readonly scanned: (scan: Scan) => void;
}

/** Files may change while they are sent; more often than this they do not rest. */
const MOST_TRIES = 10;

export function createSender(options: SenderOptions): FolderSender {
  const { api, app, role, scanner, scanned } = options;
  let sent: TreeManifest | undefined;
  /** As the server calls that. */
  let since: string | undefined;
  let failed = false;
  const post = async (
    manifest: TreeManifest,
    names: readonly string[],
    changes?: ManifestChanges,
  ): Promise<DevAnswer | undefined> => {
    const body = await bodyOf(scanner, { manifest, changes }, names);
    return body && api().post<DevAnswer>(`/apps/${encodeURIComponent(app)}/dev`, body, { role });
  };
  return {
    async send(within) {
      const before = sent ?? {};
      for (let tried = 0; tried < MOST_TRIES; tried++) {
        const scan = scanner.scan(tried === 0 && !failed ? within : undefined);
        scanned(scan);
        const { manifest } = scan;
        const changed = differences(before, manifest);
        if (sent !== undefined && changed.length === 0 && !failed) return undefined;
        failed = true;
        const given = sent === undefined ? [] : changed.filter((name) => Object.hasOwn(manifest, name));
        const files = Object.fromEntries(changed.map((name) => [name, manifest[name] ?? null]));
        let answer = await post(manifest, given, since === undefined ? undefined : { since, files });
        if (answer && 'unknown' in answer) answer = await post(manifest, given);
        if (answer && 'missing' in answer) answer = await post(manifest, [...new Set([...given, ...answer.missing])]);
        if (!answer || 'missing' in answer || 'unknown' in answer) continue;
        sent = manifest;
        since = answer.tree;
        failed = false;
        return { answer, changed };
      }
      throw fail('FolderChanges', 'files of the folder changed again and again while they were sent');
    },
  };
}

function differences(before: TreeManifest, after: TreeManifest): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]);
}

/** A tar: first the manifest, or what changed in it, then contents. Undefined: one of them is no longer what the manifest says. */
async function bodyOf(
  scanner: Scanner,
  { manifest, changes }: { readonly manifest: TreeManifest; readonly changes: ManifestChanges | undefined },
  names: readonly string[],
): Promise<Blob | undefined> {
  const pack = tar.pack();
  const packed = buffer(pack);
  if (changes) pack.entry({ name: 'changes.json' }, JSON.stringify(changes));
  else pack.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
  for (const name of names) {
    const content = scanner.read(name, manifest[name] ?? '');
    if (content === undefined) {
      pack.destroy();
      packed.catch(() => {});
      return undefined;
    }
    pack.entry({ name: `files/${name}` }, content);
  }
  pack.finalize();
  return new Blob([new Uint8Array(await packed)]);
}
