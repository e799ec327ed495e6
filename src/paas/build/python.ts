import { parse } from 'smol-toml';
import { type Install, type Language, newestFirst, type Sources, versionOf } from './languages.ts';
import { buildFailed } from './refusals.ts';
import type { BuilderPlaces, Step } from './sandboxed.ts';
import { allows } from './versions.ts';

const OUT = '.dalamb-python';

export const python: Language = {
  name: 'Python',
  runtimes: /^python3\.\d+$/,
  marks: ['requirements.txt', 'pyproject.toml', 'uv.lock', 'poetry.lock', 'setup.py'],
  hasHandler: (tree, handler) => tree.has(`${moduleOf(handler)}.py`) || tree.has(`${moduleOf(handler)}/__init__.py`),
  handlerFiles: (handler) => `${moduleOf(handler)}.py`,
  async choose(sources, runtimes) {
    const wanted = await wantedVersion(sources);
    const all = newestFirst(runtimes);
    const found = wanted === undefined ? all[0] : all.find((runtime) => allows(wanted, versionOf(runtime)));
    if (found || runtimes.length === 0) return found;
    throw buildFailed(
      `the application asks for Python ${JSON.stringify(wanted)}; here are ${all.map(({ name }) => name).join(', ')}`,
    );
  },
  async install(sources) {
    const { tree } = sources;
    if (tree.has('requirements.txt')) return fromRequirements(sources);
    if (tree.has('uv.lock')) return fromLock(sources, 'uv.lock', uvSteps);
    if (tree.has('poetry.lock')) return fromLock(sources, 'poetry.lock', poetrySteps);
    return fromProject(sources);
  },
};

/** `a/b.handler` and `a.b.handler` → `a/b`. */
function moduleOf(handler: string): string {
  return handler.slice(0, handler.lastIndexOf('.')).replaceAll('.', '/');
}

async function wantedVersion(sources: Sources): Promise<string | undefined> {
  const file = (await sources.text('.python-version')) ?? (await sources.text('runtime.txt'));
  const named = file && /(?:python-)?(\d+\.\d+)/.exec(file.slice(0, 200))?.[1];
  if (named) return `==${named}`;
  const requires = ((await readProject(sources))?.project as Record<string, unknown> | undefined)?.['requires-python'];
  return typeof requires === 'string' ? requires : undefined;
}

async function readProject(sources: Sources): Promise<Record<string, unknown> | undefined> {
  const text = await sources.text('pyproject.toml');
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    throw buildFailed(`pyproject.toml: ${(error as Error).message.split('\n')[0]}`);
  }
}

const NO_PIP = (program: string) =>
  `pip is not there for ${program}: install it on the platform's machine (Debian: apt-get install python3-pip)`;

function pip(at: BuilderPlaces, say: string, args: readonly string[]): Step {
  return {
    say,
    argv: [
      at.program,
      '-m',
      'pip',
      'install',
      '--no-input',
      '--disable-pip-version-check',
      '--no-compile',
      '--no-cache-dir',
      ...args,
    ],
    env: { PIP_BREAK_SYSTEM_PACKAGES: '1', PIP_ROOT_USER_ACTION: 'ignore', PIP_PROGRESS_BAR: 'off' },
    needs: { probe: [at.program, '-c', 'import pip'], hint: NO_PIP(at.program) },
  };
}

const target = (at: BuilderPlaces, say: string, args: readonly string[]) =>
  pip(at, say, ['--target', `${at.work}/${OUT}`, ...args]);
const collect = [{ from: OUT, to: '', drop: ['(^|/)__pycache__$', '\\.pyc$', '^bin$', '^\\.lock$'] }];

async function fromRequirements(sources: Sources): Promise<Install | undefined> {
  const text = (await sources.text('requirements.txt')) ?? '';
  const lines = text.split('\n').map((line) => line.trim());
  if (lines.every((line) => line === '' || line.startsWith('#'))) return undefined;
  const local = lines.some((line) => /^(-r|-c|-e|--requirement|--constraint|--editable|\.|\/)|@ *file:/.test(line));
  return {
    say: 'pip install -r requirements.txt',
    inputs: local ? [...sources.tree.values()] : [sources.tree.get('requirements.txt')!],
    steps: (at) => [target(at, 'pip install -r requirements.txt', ['-r', 'requirements.txt'])],
    collect,
  };
}

/** Requirements of a project that locks nothing. */
async function fromProject(sources: Sources): Promise<Install | undefined> {
  const read = await readProject(sources);
  const poetry = (read?.tool as Record<string, Record<string, unknown>> | undefined)?.poetry;
  if (poetry?.dependencies !== undefined && read?.project === undefined)
    throw buildFailed('pyproject.toml is Poetry’s, and poetry.lock is not here: run `poetry lock` and commit it');
  const wanted = (read?.project as Record<string, unknown> | undefined)?.dependencies;
  if (!Array.isArray(wanted) || wanted.length === 0) return undefined;
  const names = wanted.filter((one) => typeof one === 'string');
  return {
    say: 'pip install the dependencies of pyproject.toml',
    inputs: [sources.tree.get('pyproject.toml')!],
    steps: (at) => [target(at, 'pip install the dependencies of pyproject.toml', ['--', ...names])],
    collect,
  };
}

function fromLock(sources: Sources, lock: string, steps: Install['steps']): Install {
  if (!sources.tree.has('pyproject.toml')) throw buildFailed(`${lock} is here without pyproject.toml`);
  const inputs = ['pyproject.toml', lock].flatMap((name) => sources.tree.get(name) ?? []);
  return { say: `pip install what ${lock} names`, inputs, steps, collect };
}

const tools = (at: BuilderPlaces) => ({ PYTHONPATH: `${at.scratch}/tools` });
const LIST = '.dalamb-requirements.txt';

function fromList(at: BuilderPlaces, lock: string): Step {
  return target(at, `pip install what ${lock} names`, ['-r', LIST]);
}

function uvSteps(at: BuilderPlaces): Step[] {
  const args = [
    'export',
    '--frozen',
    '--no-dev',
    '--no-emit-project',
    '--no-header',
    '--format',
    'requirements-txt',
    '-o',
    LIST,
    '-q',
  ];
  return [
    pip(at, 'pip install uv', ['--target', `${at.scratch}/tools`, 'uv']),
    { say: `uv ${args.slice(0, 3).join(' ')}`, argv: [at.program, '-m', 'uv', ...args, '--python', at.program], env: tools(at) },
    fromList(at, 'uv.lock'),
  ];
}

function poetrySteps(at: BuilderPlaces): Step[] {
  const args = ['export', '--only', 'main', '-f', 'requirements.txt', '-o', LIST];
  return [
    pip(at, 'pip install poetry', ['--target', `${at.scratch}/tools`, 'poetry', 'poetry-plugin-export']),
    { say: `poetry ${args.slice(0, 3).join(' ')}`, argv: [at.program, '-m', 'poetry', ...args], env: tools(at) },
    fromList(at, 'poetry.lock'),
  ];
}
