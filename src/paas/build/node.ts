import { type Language, newestFirst, type Sources, versionOf } from './languages.ts';
import { buildFailed } from './refusals.ts';
import type { BuilderPlaces, Step } from './sandboxed.ts';
import { typesFault } from './strip-types.ts';
import type { TreeEntry } from './trees.ts';
import { allows } from './versions.ts';

const EXTENSIONS = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];
/** What applications get that do not say what they want. */
const USUAL = 'nodejs24.x';

interface Package {
  readonly engines?: { readonly node?: unknown };
  readonly packageManager?: unknown;
  readonly scripts?: Readonly<Record<string, unknown>>;
  readonly workspaces?: unknown;
  readonly dependencies?: Readonly<Record<string, unknown>>;
  readonly optionalDependencies?: Readonly<Record<string, unknown>>;
  readonly devDependencies?: Readonly<Record<string, unknown>>;
}

export const node: Language = {
  name: 'Node.js',
  runtimes: /^nodejs\d+\.x$/,
  marks: ['package.json'],
  hasHandler: (tree, handler) => EXTENSIONS.some((extension) => tree.has(fileOf(handler) + extension)),
  handlerFiles: (handler) => `${fileOf(handler)}.js, .mjs, .cjs or .ts`,
  async choose(sources, runtimes) {
    const wanted = (await readPackage(sources))?.engines?.node;
    const usual = runtimes.filter(({ name }) => name === USUAL);
    const all = [...usual, ...newestFirst(runtimes)];
    if (typeof wanted !== 'string') return all[0];
    const found = all.find((runtime) => allows(wanted, versionOf(runtime)));
    if (found || runtimes.length === 0) return found;
    const here = newestFirst(runtimes).map(({ name }) => name);
    throw buildFailed(`package.json asks for Node.js ${JSON.stringify(wanted)}; here are ${here.join(', ')}`);
  },
  async install(sources, _runtime, wanted) {
    const read = await readPackage(sources);
    if (!read) return undefined;
    const dev = wanted && Object.keys(read.devDependencies ?? {}).length > 0; // else it is the same, and is installed once
    const needed = Object.keys({ ...read.dependencies, ...read.optionalDependencies, ...(dev && read.devDependencies) });
    const lock = await lockOf(sources);
    if (lock === undefined) {
      if (needed.length === 0 || [...sources.tree.keys()].some((name) => name.startsWith('node_modules/'))) return undefined;
      throw buildFailed(
        'package.json names dependencies, but there is no lock file that says which: run `npm install` and commit package-lock.json',
      );
    }
    if (needed.length === 0 && read.workspaces === undefined) return undefined;
    const whole = await needsAll(sources, read, lock);
    return {
      say: lock.say,
      replaces: /(^|\/)node_modules\//,
      inputs: whole ? withoutModules(sources) : among(sources, ['package.json', lock.file, ...SETTINGS]),
      steps: (at) => lock.steps(at, { dev, manager: read.packageManager }),
      collect: [
        {
          from: '.',
          to: '',
          keep: '(^|/)node_modules/',
          drop: [
            '(^|/)node_modules/\\.(cache|modules\\.yaml|pnpm-workspace-state[^/]*|yarn-integrity|yarn-state\\.yml|package-map\\.json)$',
          ],
        },
      ],
    };
  },
  async check(sources, handler) {
    const file = EXTENSIONS.map((extension) => fileOf(handler) + extension).find((name) => sources.tree.has(name))!;
    if (!/\.[mc]?ts$/.test(file)) return;
    const fault = await typesFault((await sources.text(file)) ?? '');
    if (fault === undefined) return;
    const said = `${file}${fault.line === undefined ? '' : `:${fault.line}`}: ${fault.text}`;
    throw buildFailed(fault.outlives ? `${said}. ${OUTLIVES}` : said);
  },
};

const OUTLIVES =
  'Node.js runs TypeScript by taking the types away, which enums, namespaces and parameter properties outlive: do without them, or compile with [build] command';

const SETTINGS = ['.npmrc', '.yarnrc', '.yarnrc.yml'];

/** `a/b.handler` → `a/b`, as the runtime reads it. */
function fileOf(handler: string): string {
  const base = handler.split('/').at(-1)!;
  return handler.slice(0, handler.length - base.length) + base.split('.')[0];
}

async function readPackage(sources: Sources): Promise<Package | undefined> {
  const text = await sources.text('package.json');
  if (text === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read as Package;
  } catch {}
  throw buildFailed('package.json is no JSON object');
}

interface Lock {
  readonly file: string;
  readonly say: string;
  readonly steps: (at: BuilderPlaces, wanted: { readonly dev: boolean; readonly manager: unknown }) => readonly Step[];
}

const LOCKS: readonly Lock[] = [
  { file: 'package-lock.json', say: 'npm ci', steps: npmSteps },
  { file: 'npm-shrinkwrap.json', say: 'npm ci', steps: npmSteps },
  { file: 'pnpm-lock.yaml', say: 'pnpm install', steps: pnpmSteps },
  { file: 'yarn.lock', say: 'yarn install', steps: yarnSteps },
];

async function lockOf({ tree, text }: Sources): Promise<Lock | undefined> {
  const found = LOCKS.filter(({ file }) => tree.has(file));
  if (found.length > 1)
    throw buildFailed(`${found.map(({ file }) => file).join(' and ')} are both here: commit the lock file that holds`);
  const modern = found[0]?.file === 'yarn.lock' && (await text('yarn.lock'))?.includes('__metadata:');
  return modern ? { ...found[0]!, steps: modernYarnSteps } : found[0];
}

/** Scripts of the application itself, and packages beside it, read other files than the manifest and its lock. */
async function needsAll(sources: Sources, read: Package, lock: Lock): Promise<boolean> {
  const scripts = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
  if (scripts.some((name) => read.scripts?.[name] !== undefined) || read.workspaces !== undefined) return true;
  const local = ['binding.gyp', 'pnpm-workspace.yaml', '.pnpmfile.cjs'];
  if ([...sources.tree.keys()].some((name) => local.includes(name) || name.startsWith('.yarn/') || name.startsWith('patches/')))
    return true;
  const specs = JSON.stringify({ ...read.dependencies, ...read.optionalDependencies, ...read.devDependencies });
  const pattern = /"(file|link|portal|workspace|patch):|"\.{0,2}\//;
  return pattern.test(specs) || pattern.test((await sources.text(lock.file)) ?? '');
}

function among({ tree }: Sources, names: readonly string[]): TreeEntry[] {
  return names.flatMap((name) => tree.get(name) ?? []);
}

function withoutModules({ tree }: Sources): TreeEntry[] {
  return [...tree.values()].filter(({ path }) => !/(^|\/)node_modules\//.test(path));
}

const NO_NPM = 'npm is not on this machine: install it (it comes with Node.js), and start dalamb again';

function npm(at: BuilderPlaces, say: string, args: readonly string[]): Step {
  return {
    say,
    argv: [at.program, `${at.npm}/bin/npm-cli.js`, ...args, '--no-audit', '--no-fund', '--no-update-notifier'],
    env: { npm_config_cache: `${at.scratch}/npm`, npm_config_nodedir: at.program.replace(/\/bin\/node$/, '') },
    needs: { probe: [at.program, '-e', `require(${JSON.stringify(`${at.npm}/package.json`)})`], hint: NO_NPM },
  };
}

function npmSteps(at: BuilderPlaces, { dev }: { readonly dev: boolean }): Step[] {
  return [npm(at, dev ? 'npm ci' : 'npm ci --omit=dev', ['ci', ...(dev ? [] : ['--omit=dev'])])];
}

/** A package manager by the version that the application names, from the registry. */
function tool(at: BuilderPlaces, name: string, usual: string): Step {
  return npm(at, `npm install ${name}@${usual}`, ['install', '--prefix', `${at.scratch}/tools`, `${name}@${usual}`]);
}

function pinned(manager: unknown, name: string, usual: string): string {
  const found = new RegExp(`^${name}@(\\d+(?:\\.\\d+){0,2})(?:[+-][\\w.-]+)?$`).exec(String(manager));
  return found?.[1] ?? usual;
}

function pnpmSteps(at: BuilderPlaces, { dev, manager }: { readonly dev: boolean; readonly manager: unknown }): Step[] {
  const settings = [
    '--config.node-linker=hoisted',
    '--config.package-import-method=copy',
    '--config.manage-package-manager-versions=false',
  ];
  return [
    tool(at, 'pnpm', pinned(manager, 'pnpm', '10')),
    {
      say: dev ? 'pnpm install --frozen-lockfile' : 'pnpm install --prod --frozen-lockfile',
      argv: [
        at.program,
        `${at.scratch}/tools/node_modules/pnpm/bin/pnpm.cjs`,
        'install',
        '--frozen-lockfile',
        ...(dev ? [] : ['--prod']),
        ...settings,
        `--store-dir=${at.scratch}/pnpm`,
      ],
    },
  ];
}

function yarnSteps(at: BuilderPlaces, { dev, manager }: { readonly dev: boolean; readonly manager: unknown }): Step[] {
  const args = ['install', '--frozen-lockfile', '--non-interactive', ...(dev ? [] : ['--production'])];
  return [
    tool(at, 'yarn', pinned(manager, 'yarn', '1.22.22')),
    {
      say: `yarn ${args.join(' ')}`,
      argv: [at.program, `${at.scratch}/tools/node_modules/yarn/bin/yarn.js`, ...args, '--cache-folder', `${at.scratch}/yarn`],
      env: { npm_config_nodedir: at.program.replace(/\/bin\/node$/, '') },
    },
  ];
}

const REGISTRY = '[ -z "$npm_config_registry" ] || export YARN_NPM_REGISTRY_SERVER="$npm_config_registry"; exec "$@"';

/** Yarn 2 and later, which takes its registry by another name, into node_modules: the runtime knows no other place. */
function modernYarnSteps(at: BuilderPlaces, { dev, manager }: { readonly dev: boolean; readonly manager: unknown }): Step[] {
  const version = pinned(manager, 'yarn', '4');
  const args = dev ? ['install', '--immutable'] : ['workspaces', 'focus', '--all', '--production'];
  return [
    tool(at, '@yarnpkg/cli-dist', version),
    {
      say: `yarn ${args.join(' ')}`,
      argv: [
        '/bin/sh',
        '-c',
        REGISTRY,
        'sh',
        at.program,
        `${at.scratch}/tools/node_modules/@yarnpkg/cli-dist/bin/yarn.js`,
        ...args,
      ],
      env: {
        YARN_NODE_LINKER: 'node-modules',
        YARN_IGNORE_PATH: '1',
        YARN_ENABLE_TELEMETRY: '0',
        YARN_ENABLE_IMMUTABLE_INSTALLS: '1',
        YARN_GLOBAL_FOLDER: `${at.scratch}/yarn`,
        npm_config_nodedir: at.program.replace(/\/bin\/node$/, ''),
      },
    },
  ];
}
