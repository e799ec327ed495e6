import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { platformFailure, type SecretKey } from './kernel/index.ts';

const LINE = /^([0-9a-f]{8}) ([0-9a-f]{64})$/;

/**
 * Reads the keys that seal secrets at rest, newest first, one `ID HEX` a line; makes the file (0600) with one key when it is not there.
 * Rotating means putting a new line on top. Throws ConfigInvalid when others can read the file, or when it is damaged.
 */
export function loadKeys(file: string): readonly SecretKey[] {
  if (!fs.existsSync(file)) create(file);
  const { mode } = fs.statSync(file);
  if (mode & 0o077) throw platformFailure('ConfigInvalid', `${file} can be read by others: chmod 600 it`);
  const lines = fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const keys = lines.map((line) => LINE.exec(line.trim()));
  if (keys.length === 0 || keys.includes(null)) throw platformFailure('ConfigInvalid', `${file} is not a key file`);
  return keys.map((found) => ({ id: found![1]!, key: Buffer.from(found![2]!, 'hex') }));
}

/** Written beside and renamed, synced with its directory: secrets sealed with a key that a power cut takes away are lost. */
function create(file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  const handle = fs.openSync(beside, 'wx', 0o600);
  fs.writeSync(
    handle,
    `# Seals dalamb's secrets at rest. Keep it apart from copies of the data.\n${randomBytes(4).toString('hex')} ${randomBytes(32).toString('hex')}\n`,
  );
  fs.fsyncSync(handle);
  fs.closeSync(handle);
  fs.renameSync(beside, file);
  const directory = fs.openSync(path.dirname(file), 'r');
  fs.fsyncSync(directory);
  fs.closeSync(directory);
}
