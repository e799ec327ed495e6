import { MIB, platformFailure } from '../../kernel/index.ts';
import { type GitRun, outputOf, type RunGit } from './git-process.ts';
import { leavesTree, linkBudget } from './links.ts';

/** Where the objects of a commit are: a repository, and the quarantine of a push that is not accepted yet. */
export interface Objects {
  readonly repository: string;
  readonly quarantine?: string;
}

export interface CheckedTree {
  readonly entries: number;
  readonly bytes: number;
  /** Paths of submodules, which are left out. */
  readonly submodules: readonly string[];
}

export interface TreeLimits {
  readonly entries: number;
  readonly bytes: number;
  readonly pathBytes: number;
  readonly depth: number;
  readonly links: number;
}

export const treeLimits: TreeLimits = { entries: 100_000, bytes: 2048 * MIB, pathBytes: 1024, depth: 64, links: 10_000 };

/** The part of a run that says where objects are. */
export function among({ repository, quarantine }: Objects): Pick<GitRun, 'repository' | 'env'> {
  if (quarantine === undefined) return { repository };
  const env = { GIT_OBJECT_DIRECTORY: quarantine, GIT_ALTERNATE_OBJECT_DIRECTORIES: `${repository}/objects` };
  return { repository, env };
}

/**
 * Looks at all of a commit's tree before anything is unpacked: how many, how large, how deep, which names, where links lead. What was received
 * is checked by git's fsck before. Rejects with TreeRefused; a tree that is a bomb is left as soon as it is too much.
 */
export async function checkTree(git: RunGit, objects: Objects, commit: string, limits = treeLimits): Promise<CheckedTree> {
  const child = git({ args: ['ls-tree', '-r', '-t', '-l', '-z', '--full-tree', commit], ...among(objects) });
  child.stdin.end();
  const tree: Growing = { entries: 0, bytes: 0, submodules: [], links: new Map() };
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      let from = 0;
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, from)) {
        grow(tree, bytes.subarray(from, end), limits);
        from = end + 1;
      }
      rest = bytes.subarray(from);
      if (rest.length > limits.pathBytes + 200) throw refused('a path is too long');
    }
  } finally {
    child.kill();
  }
  const { code, said } = await child.ended;
  if (code !== 0) throw refused(`it cannot be read: ${said.trim()}`);
  await checkLinks(git, objects, tree.links);
  return tree;
}

interface Growing {
  entries: number;
  bytes: number;
  readonly submodules: string[];
  /** Path → object. */
  readonly links: Map<string, string>;
}

const LONGEST_LINK = 4095;

/** One line of ls-tree: `MODE TYPE OBJECT SIZE<TAB>PATH`. */
function grow(tree: Growing, line: Buffer, limits: TreeLimits): void {
  const tab = line.indexOf(9);
  const [mode, , object, size] = line.toString('latin1', 0, tab).split(/ +/);
  const path = checkedPath(line.subarray(tab + 1), limits);
  tree.entries += 1;
  tree.bytes += Number(size) || 0;
  if (tree.entries > limits.entries) throw refused(`it has more than ${limits.entries} files and folders`);
  if (tree.bytes > limits.bytes) throw refused(`its files have more than ${limits.bytes / MIB} MiB`);
  if (mode === '160000') tree.submodules.push(path);
  if (mode !== '120000') return;
  if (Number(size) > LONGEST_LINK) throw refused(`the link ${path} is longer than any path`);
  if (tree.links.size >= limits.links) throw refused(`it has more than ${limits.links} links`);
  tree.links.set(path, object!);
}

function checkedPath(bytes: Buffer, limits: TreeLimits): string {
  const path = bytes.toString('utf8');
  if (bytes.length > limits.pathBytes) throw refused(`a path is longer than ${limits.pathBytes} bytes: ${path.slice(0, 60)}…`);
  if (!Buffer.from(path).equals(bytes) || /[\0-\x1f\x7f]/.test(path))
    throw refused(`the name ${JSON.stringify(path)} is no UTF-8, or has control characters`);
  const parts = path.split('/');
  if (parts.length > limits.depth) throw refused(`folders are more than ${limits.depth} deep: ${path.slice(0, 60)}…`);
  const bad = parts.find((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git');
  if (bad !== undefined) throw refused(`no file may be called ${JSON.stringify(bad)}`);
  return path;
}

async function checkLinks(git: RunGit, objects: Objects, links: ReadonlyMap<string, string>): Promise<void> {
  if (links.size === 0) return;
  const contents = await readBlobs(git, objects, [...new Set(links.values())]);
  const targets = new Map([...links].map(([path, object]) => [path, contents.get(object) ?? '']));
  const budget = linkBudget();
  for (const [path, target] of targets) {
    if (target === '' || target.includes('\0')) throw refused(`the link ${path} leads nowhere`);
    if (target.startsWith('/') || leavesTree(targets, path, budget))
      throw refused(`the link ${path} leads out of the repository: ${target.slice(0, 200)}`);
    if (budget.left < 0) throw refused('its links lead through so many folders and links that they are not followed');
  }
}

/** Small blobs by their ids, as text. */
async function readBlobs(git: RunGit, objects: Objects, ids: readonly string[]): Promise<Map<string, string>> {
  const output = await outputOf(git, { args: ['cat-file', '--batch'], ...among(objects) }, `${ids.join('\n')}\n`);
  const found = new Map<string, string>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [id, , size] = output.toString('latin1', at, end).split(' ');
    const from = end + 1;
    found.set(id!, output.toString('utf8', from, from + Number(size)));
    at = from + Number(size) + 1;
  }
  return found;
}

function refused(detail: string) {
  return platformFailure('TreeRefused', detail);
}
