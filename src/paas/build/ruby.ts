import { type Language, newestFirst, type Sources, versionOf } from './languages.ts';
import { buildFailed } from './refusals.ts';
import type { BuilderPlaces, Step } from './sandboxed.ts';
import type { TreeEntry } from './trees.ts';
import { allows } from './versions.ts';

const GEMS = 'vendor/bundle';

export const ruby: Language = {
  name: 'Ruby',
  runtimes: /^ruby\d+\.\d+$/,
  marks: ['Gemfile'],
  hasHandler: (tree, handler) => tree.has(fileOf(handler)),
  handlerFiles: fileOf,
  async choose(sources, runtimes) {
    const wanted = await wantedVersion(sources);
    const all = newestFirst(runtimes);
    if (!wanted) return all[0];
    const found = all.find((runtime) => wanted.ranges.every((range) => allows(range, versionOf(runtime))));
    if (found || runtimes.length === 0) return found;
    throw buildFailed(`${wanted.by} asks for Ruby ${wanted.said}; here are ${all.map(({ name }) => name).join(', ')}`);
  },
  async install(sources, runtime, dev) {
    const { tree } = sources;
    if (!tree.has('Gemfile')) return undefined;
    if (!tree.has('Gemfile.lock'))
      throw buildFailed('Gemfile is here without Gemfile.lock, which says what to install: run `bundle lock` and commit it');
    const lock = (await sources.text('Gemfile.lock')) ?? '';
    if (!/^ {4}\S+ \(/m.test(lock)) return undefined;
    return {
      say: 'bundle install',
      inputs: (await readsMore(sources, lock))
        ? withoutGems(sources)
        : [...tree.values()].filter(({ path }) => INPUTS.test(path)),
      steps: (at) => [bundleStep(at, runtime.name, dev)],
      collect: [
        { from: GEMS, to: GEMS, drop: ['^ruby/[^/]+/(cache|doc|build_info)$', '(^|/)(mkmf\\.log|gem_make\\.out)$', '\\.o$'] },
        { from: '.bundle/config', to: '.bundle/config' },
      ],
      replaces: /^vendor\/bundle\//,
      spent: /^vendor\/cache\//,
    };
  },
};

/** What Bundler reads where nothing else is said. */
const INPUTS = /^(Gemfile(\.lock)?|\.ruby-version|\.tool-versions|\.bundle\/config|vendor\/cache\/.*)$/;

/** `a/b.handler`, `a/b.Module::Class.handler` → `a/b.rb`, as the runtime reads it. */
function fileOf(handler: string): string {
  const base = handler.split('/').at(-1)!;
  return `${handler.slice(0, handler.length - base.length)}${base.split('.')[0]}.rb`;
}

interface Wanted {
  readonly by: string;
  readonly said: string;
  readonly ranges: readonly string[];
}

/** As the Gemfile says, else .ruby-version, else the lock file. */
async function wantedVersion(sources: Sources): Promise<Wanted | undefined> {
  const gemfile = /^[ \t]*ruby[ \t(]+((?:["'][^"'\n]{1,50}["'][, \t]*)+)/m.exec((await sources.text('Gemfile')) ?? '')?.[1];
  if (gemfile !== undefined) {
    const said = [...gemfile.matchAll(/["']([^"']*)["']/g)].map(([, one]) => one!.trim());
    return { by: 'Gemfile', said: said.join(', '), ranges: said.map(rangeOf) };
  }
  const file = /^\s*(?:ruby-)?(\d+\.\d+(?:\.\d+)?)/.exec(((await sources.text('.ruby-version')) ?? '').slice(0, 200))?.[1];
  if (file !== undefined) return { by: '.ruby-version', said: file, ranges: [rangeOf(file)] };
  const lock = /^RUBY VERSION\r?\n {1,10}ruby (\d+\.\d+\.\d+)/m.exec((await sources.text('Gemfile.lock')) ?? '')?.[1];
  return lock === undefined ? undefined : { by: 'Gemfile.lock', said: lock, ranges: [rangeOf(lock)] };
}

/** RubyGems’ as npm’s. The patch of a plain version is for Bundler to judge: runtimes are named without. */
function rangeOf(said: string): string {
  const [, operator = '', version = ''] = /^([~<>=!]*)\s*(.*)$/.exec(said) ?? [];
  if (operator === '' || operator === '=') return version.split('.').slice(0, 2).join('.');
  if (operator === '~>') return `${version.split('.').length > 2 ? '~' : '^'}${version}`;
  return `${operator}${version}`;
}

/** Whether the lock file or the Gemfile names files of the application: packages beside it, or other Gemfiles. */
async function readsMore(sources: Sources, lock: string): Promise<boolean> {
  return /^PATH\r?$/m.test(lock) || READS.test((await sources.text('Gemfile')) ?? '');
}

const READS =
  /^[ \t]*(eval_gemfile|gemspec|require|require_relative|load)\b|\b(File|IO|Dir|Pathname|eval|instance_eval|system|exec)\b|`|\bfile: *["'](?!\.ruby-version|\.tool-versions)/m;

function withoutGems({ tree }: Sources): TreeEntry[] {
  return [...tree.values()].filter(({ path }) => !path.startsWith(`${GEMS}/`));
}

/** Settings go into .bundle/config beside the application's own: `bundler/setup` reads them in functions too. */
const BUNDLE = `
require "bundler"
ENV["BUNDLER_VERSION"] = Bundler::VERSION
settings = { path: "${GEMS}", deployment: true, without: ENV.delete("DALAMB_WITHOUT") }
settings.each { |name, value| Bundler.settings.set_local(name, value) }
load Gem.bin_path("bundler", "bundle")
`;

/** dev: with the gems that only builds need. With vendor/cache Bundler asks no registry. */
function bundleStep(at: BuilderPlaces, runtime: string, dev: boolean): Step {
  return {
    say: 'bundle install',
    argv: [at.program, '-EUTF-8', '-e', BUNDLE, '--', 'install'],
    env: {
      ...(!dev && { DALAMB_WITHOUT: 'development:test' }),
      BUNDLE_USER_HOME: `${at.scratch}/bundle`,
      BUNDLE_JOBS: '2',
      BUNDLE_SILENCE_ROOT_WARNING: 'true',
    },
    needs: {
      probe: [at.program, '-rbundler', '-e', ''],
      hint: `Bundler is not there for ${at.program}: install it on the platform's machine (Debian: apt-get install ruby-bundler)`,
    },
    mayNeed: {
      probe: [at.program, '-e', COMPILES],
      hint: `gems with C extensions need a compiler and the headers of ${runtime} where builders see them: install them on the platform's machine (Debian: apt-get install gcc make libc6-dev ruby-dev)`,
    },
  };
}

const COMPILES =
  'c = RbConfig::CONFIG; o = { %i[out err] => File::NULL }; exit(system(c["CC"].split.first, "--version", o) && system("make", "--version", o) && File.exist?("#{c["rubyhdrdir"]}/ruby.h"))';
