import fs from 'node:fs/promises';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { collect, MIB, platformFailure } from '../../kernel/index.ts';

/**
 * The only hook. It talks to the server over descriptor 3, one end of a socket pair that receive-pack was started with and nobody else can
 * open: what was pushed goes out, lines for the client come in, each after a space, then the verdict. When the server dies the pair ends, and
 * the push is refused; when the hook is killed so is receive-pack's push, for this is one process.
 */
const PRE_RECEIVE = `#!/bin/sh
{ printf '%s\\n' "\${GIT_QUARANTINE_PATH-}"; cat; echo; } >&3
while IFS= read -r line; do
  case $line in
    ' '*) printf '%s\\n' "\${line# }" >&2 ;;
    taken) exit 0 ;;
    *) exit 1 ;;
  esac
done <&3
exit 1
`;

/** Pairs that a receive-pack needs for the hook. */
export const HOOK_PAIRS = 1;

/** Writes the hook where git looks for hooks; what else is there goes. */
export async function installHook(directory: string): Promise<void> {
  await fs.rm(directory, { recursive: true, force: true });
  await fs.mkdir(directory, { recursive: true });
  await fs.writeFile(path.join(directory, 'pre-receive'), PRE_RECEIVE, { mode: 0o755 });
}

export interface RefUpdate {
  /** `refs/heads/main`. */
  readonly ref: string;
  /** Commit ids; undefined: the ref is made, or deleted. */
  readonly from?: string;
  readonly to?: string;
}

export interface Pushed {
  readonly updates: readonly RefUpdate[];
  /** Where the new objects are until the push is accepted; undefined when there are none. */
  readonly quarantine?: string;
}

const MOST_ASKED = 4 * MIB;
const END = '\n\n';

/** What the hook says was pushed; undefined when the push ended before it came to the hook. Bounded; never rejects. */
export async function readPushed(pair: Duplex): Promise<Pushed | undefined> {
  try {
    const tooMuch = () => platformFailure('PushRefused', 'too many refs');
    const text = (await collect(untilBlankLine(pair), MOST_ASKED, tooMuch)).toString('utf8');
    if (!text.endsWith(END)) return undefined;
    const [quarantine = '', ...lines] = text.split('\n');
    const updates = lines.filter((line) => line !== '').map(updateOf);
    return updates.length === 0 ? undefined : { updates, ...(quarantine === '' ? {} : { quarantine }) };
  } catch {
    return undefined;
  }
}

/** The socket ends only with receive-pack, which holds it too. */
async function* untilBlankLine(pair: Duplex): AsyncGenerator<Uint8Array> {
  let last = '';
  for await (const chunk of pair.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    yield chunk;
    last = (last + chunk.toString('latin1')).slice(-END.length);
    if (last === END) return;
  }
}

function updateOf(line: string): RefUpdate {
  const [from, to, ...ref] = line.split(' ');
  const some = (id: string | undefined) => (id === undefined || /^0+$/.test(id) ? undefined : id);
  return { ref: ref.join(' '), from: some(from), to: some(to) };
}

const LONGEST_LINE = 2000;
const MOST_PENDING = MIB;

/** Lines for the person who pushes, as they come. A client that does not read them loses some, and holds up nothing. */
export interface PushLines {
  say(text: string): void;
  /** No more; then the verdict. */
  end(taken: boolean): void;
}

export function pushLines(pair: Duplex): PushLines {
  let lost = 0;
  return {
    say(text) {
      if (pair.writableLength > MOST_PENDING) {
        lost += 1;
        return;
      }
      if (lost > 0) pair.write(` (${lost} lines are left out)\n`);
      lost = 0;
      for (const line of text.split('\n')) pair.write(` ${plain(line).slice(0, LONGEST_LINE)}\n`);
    },
    end(taken) {
      pair.end(taken ? 'taken\n' : 'refused\n');
    },
  };
}

/** Without what would steer a terminal: output of builds is not to be trusted. */
export function plain(line: string): string {
  return line
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)/g, '')
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '');
}
