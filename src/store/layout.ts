import fs from 'node:fs';
import path from 'node:path';
import { platformFailure } from '../kernel/index.ts';
import { syncDirectory } from './blob-files.ts';

/** Version of the data directory; raised with each change that an older version could not read. */
export const LAYOUT = 1;

/** Makes the directory, and writes or checks `layout.json`. Rejects with StoreTooNew. */
export function openLayout(directory: string): void {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, 'layout.json');
  if (checkLayout(directory) === LAYOUT) return;
  const fresh = `${file}.new`;
  fs.writeFileSync(fresh, `${JSON.stringify({ layout: LAYOUT })}\n`, { flush: true });
  fs.renameSync(fresh, file);
  syncDirectory(directory);
}

/** The layout of a directory, or undefined if it has none yet. Throws StoreTooNew, StoreCorrupt. */
export function checkLayout(directory: string): number | undefined {
  const found = readLayout(path.join(directory, 'layout.json'));
  if (found !== undefined && found > LAYOUT)
    throw platformFailure('StoreTooNew', `layout ${found}, this version knows up to ${LAYOUT}`);
  return found;
}

function readLayout(file: string): number | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const layout = parseLayout(text);
  if (!Number.isSafeInteger(layout)) throw platformFailure('StoreCorrupt', file);
  return layout;
}

function parseLayout(text: string): number {
  try {
    return JSON.parse(text).layout;
  } catch {
    return Number.NaN;
  }
}
