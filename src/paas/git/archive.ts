import { platformFailure } from '../../kernel/index.ts';
import type { RunGit } from './git-process.ts';
import { among, type Objects } from './tree-check.ts';

/** A build's time to take it. */
const DEADLINE_MS = 30 * 60_000;

/**
 * A commit's tree as a tar, without `.git`, read when it is asked for and at the reader's pace. The same commit gives the same bytes.
 * Submodules are empty folders. Check the tree first.
 */
export async function* archiveOf(git: RunGit, objects: Objects, commit: string): AsyncIterable<Uint8Array> {
  const child = git({ args: ['archive', '--format=tar', commit], deadlineMs: DEADLINE_MS, ...among(objects) });
  child.stdin.end();
  try {
    yield* child.stdout as AsyncIterable<Uint8Array>;
    const { code, said } = await child.ended;
    if (code !== 0) throw platformFailure('GitFailed', `archive: ${said.trim()}`);
  } finally {
    child.kill();
  }
}
