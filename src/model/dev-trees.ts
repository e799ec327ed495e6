/** A folder that is being developed (docs/decisions/0013): what it contains by path, and which changes of it need no build. */

/** Path → `f:` (file), `x:` (program) or `l:` (link) and the SHA-256 of the content, of a link of its target. */
export type TreeManifest = Readonly<Record<string, string>>;

/** How a folder differs from one that was sent before: `since` is what the answer to that one called it. null: the file is gone. */
export interface ManifestChanges {
  readonly since: string;
  readonly files: Readonly<Record<string, string | null>>;
}

/** `POST /apps/:app/dev`. */
export type DevAnswer = DevMissing | DevUnknown | DevFailed | DevSwapped;

/** The server has another folder than the one since which something changed: send the whole manifest. */
export interface DevUnknown {
  readonly unknown: string;
}

/** Contents that the server does not have: send the manifest again, with these. */
export interface DevMissing {
  readonly missing: readonly string[];
}

/** It could not be built; what ran before runs on. */
export interface DevFailed {
  readonly failed: string;
  /** What the build said. */
  readonly lines: readonly string[];
  /** The folder, as it was sent. */
  readonly tree: string;
}

export interface DevSwapped {
  /** `patched`: changed files were put into what was built before. */
  readonly how: 'built' | 'patched' | 'unchanged';
  readonly processes: readonly { readonly name: string; readonly function: string }[];
  /** `GET / http://…`. */
  readonly urls: readonly string[];
  /** What the build said. */
  readonly lines: readonly string[];
  /** How long it took, in ms. */
  readonly took: { readonly build: number; readonly swap: number };
  /** The folder, as it was sent. */
  readonly tree: string;
}

export const DEV_LIMITS = {
  files: 20_000,
  /** Of all contents together. */
  bytes: 64 * 1024 * 1024,
};

const LONGEST = 1024;
const ENTRY = /^[fxl]:[0-9a-f]{64}$/;
const NEVER: ReadonlySet<string> = new Set(['', '.', '..', '.git', 'node_modules']);

/** Relative, with `/`, inside, nothing of git's own, no installed packages. */
export function isTreePath(path: string): boolean {
  if (Buffer.byteLength(path) > LONGEST || /[\0-\x1f\x7f\\\ufffd]/.test(path)) return false;
  return path.split('/').every((part) => !NEVER.has(part.toLowerCase()) && Buffer.byteLength(part) <= 255);
}

/** What is wrong with it, for people; undefined: nothing. */
export function manifestFault(manifest: unknown): string | undefined {
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) return 'the manifest is a JSON object';
  return entriesFault(Object.entries(manifest));
}

function entriesFault(entries: readonly (readonly [string, unknown])[]): string | undefined {
  if (entries.length > DEV_LIMITS.files) return `there are more than ${DEV_LIMITS.files} files`;
  for (const [path, entry] of entries) {
    if (!isTreePath(path)) return `${JSON.stringify(path.slice(0, 200))} is no name of a file here`;
    if (typeof entry !== 'string' || !ENTRY.test(entry)) return `${path} has no kind and hash`;
  }
  return undefined;
}

/** What is wrong with changes, for people; undefined: nothing. */
export function changesFault(changes: unknown): string | undefined {
  const { since, files } = (changes ?? {}) as Partial<Record<keyof ManifestChanges, unknown>>;
  if (typeof since !== 'string' || since.length > 100) return 'since names the folder before';
  if (typeof files !== 'object' || files === null || Array.isArray(files)) return 'files is a JSON object';
  return entriesFault(Object.entries(files).filter(([, entry]) => entry !== null));
}

/** The manifest after these changes. */
export function changedManifest(before: TreeManifest, { files }: ManifestChanges): TreeManifest {
  const after = new Map(Object.entries(before)); // a file may be called __proto__
  for (const [path, entry] of Object.entries(files)) {
    if (entry === null) after.delete(path);
    else after.set(path, entry);
  }
  return Object.fromEntries(after);
}

export interface TreeChanges {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function treeChanges(before: TreeManifest, after: TreeManifest): TreeChanges {
  return {
    changed: Object.keys(after).filter((path) => Object.hasOwn(before, path) && before[path] !== after[path]),
    added: Object.keys(after).filter((path) => !Object.hasOwn(before, path)),
    removed: Object.keys(before).filter((path) => !Object.hasOwn(after, path)),
  };
}

/** Files that say what is built and installed, wherever they lie. */
const BUILD_INPUT =
  /^(?:procfile|dalamb\.toml|dockerfile|containerfile|makefile|package(?:-lock)?\.json|npm-shrinkwrap\.json|pnpm-(?:lock|workspace)\.yaml|yarn\.lock|\.npmrc|\.yarnrc(?:\.yml)?|tsconfig.*\.json|jsconfig\.json|requirements.*\.txt|constraints.*\.txt|pyproject\.toml|setup\.(?:py|cfg)|poetry\.lock|uv\.lock|\.python-version|pipfile(?:\.lock)?|gemfile(?:\.lock)?|\.ruby-version|go\.(?:mod|sum|work)|cargo\.(?:toml|lock)|pom\.xml|.*\.gradle(?:\.kts)?|\.nvmrc|\.node-version|.*\.config\.[cm]?[jt]s)$/i;
/** What has to be compiled, or may have to be. */
const COMPILED = /\.(?:[cm]?tsx?|jsx|go|rs|java|kts?|scala|c|cc|cpp|cxx|h|hpp|s|cs|swift|proto|scss|sass|less|vue|svelte)$/i;

/** What is known of an artifact that was built of a tree. */
export interface BuiltArtifact {
  /** Whether it has the file of that name as it was in the tree: `same`; as something else: `other`; not at all. */
  readonly has: (path: string) => 'same' | 'other' | 'none';
}

/**
 * Whether the changes can be put into the artifacts as they are. What was changed or removed must lie there unchanged, so that it was copied and
 * nothing else; what is new must be of a kind that was. Whatever tells a build what to do needs one.
 */
export function canPatch(before: TreeManifest, changes: TreeChanges, artifacts: readonly BuiltArtifact[]): boolean {
  const { changed, added, removed } = changes;
  const all = [...changed, ...added, ...removed];
  if (all.some((path) => BUILD_INPUT.test(nameOf(path)) || COMPILED.test(path))) return false;
  const copied = (path: string) => {
    const found = artifacts.map(({ has }) => has(path));
    return found.includes('same') && !found.includes('other');
  };
  if (![...changed, ...removed].every(copied)) return false;
  if (added.length === 0) return true;
  const kinds = new Set(
    Object.keys(before)
      .filter((path) => !BUILD_INPUT.test(nameOf(path)) && copied(path))
      .map(kindOf),
  );
  return added.every((path) => kinds.has(kindOf(path)) && artifacts.every(({ has }) => has(path) === 'none'));
}

/** Whether a package.json has something done at a build. Throws nothing: one that cannot be read has. */
export function buildsItself(packageJson: string): boolean {
  try {
    const { scripts = {} } = JSON.parse(packageJson) as { scripts?: Record<string, unknown> };
    return ['build', 'prepare', 'prebuild', 'postbuild', 'preinstall', 'install', 'postinstall'].some((name) => name in scripts);
  } catch {
    return true;
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function kindOf(path: string): string {
  const name = nameOf(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot).toLowerCase();
}
