import { type Language, newestFirst } from './languages.ts';
import { buildFailed } from './refusals.ts';
import type { Tree } from './trees.ts';

const OS_ONLY = /^provided\.al2(023)?$/;
const choose: Language['choose'] = async (_sources, runtimes) =>
  runtimes.find(({ name }) => name === 'provided.al2023') ?? newestFirst(runtimes)[0];

const GO =
  'Go is not installed where builders see it: install it on the platform’s machine below /usr (Debian: apt-get install golang-go)';
const MODULES = '.dalamb-modules';

/** `cmd/web.handler` → `cmd/web`. */
const nameOf = (handler: string) => handler.slice(0, handler.lastIndexOf('.'));

const hasGo = (tree: Tree, folder: string) =>
  [...tree.keys()].some((name) => name.startsWith(`${folder}/`) && /^[^/]+\.go$/.test(name.slice(folder.length + 1)));

/** A program for each process: of the folder that the handler names (`cmd/web.handler`), or of the top. */
export const go: Language = {
  name: 'Go',
  runtimes: OS_ONLY,
  marks: ['go.mod'],
  hasHandler: (tree, handler) => tree.has('go.mod') && (hasGo(tree, nameOf(handler)) || tree.has(`${nameOf(handler)}.go`)),
  choose,
  async check({ tree }, handler) {
    const folder = nameOf(handler);
    if (folder.includes('/') && !hasGo(tree, folder))
      throw buildFailed(`${handler}: there is no folder ${folder} with Go files; main.handler is the program at the top`);
  },
  async install({ tree, text }) {
    const mod = (await text('go.mod')) ?? '';
    const vendored = [...tree.keys()].some((name) => name.startsWith('vendor/'));
    const lines = mod.split('\n').map((line) => line.trim());
    const replacesByOwn = lines.some((line) => /=> *\.{0,2}\//.test(line));
    if (vendored || !lines.some((line) => /^require\b/.test(line)) || replacesByOwn) return undefined;
    return {
      say: 'go mod download',
      inputs: ['go.mod', 'go.sum'].flatMap((name) => tree.get(name) ?? []),
      steps: (at) => [
        {
          say: 'go mod download',
          argv: ['go', 'mod', 'download'],
          env: { GOMODCACHE: `${at.work}/${MODULES}`, GOCACHE: `${at.scratch}/go`, GOFLAGS: '-modcacherw', GOTOOLCHAIN: 'local' },
          needs: { probe: ['go', 'version'], hint: GO },
        },
      ],
      collect: [{ from: `${MODULES}/cache/download`, to: `${MODULES}/cache/download`, drop: ['^sumdb$', '\\.lock$'] }],
    };
  },
  compile({ tree }, { handler, out }) {
    const folder = nameOf(handler);
    const what = hasGo(tree, folder) ? `./${folder}` : '.';
    const kept = [...tree.keys()].some((name) => name.startsWith(`${MODULES}/`));
    return {
      say: `go build ${what}`,
      steps: (at) => [
        {
          say: `go build ${what}`,
          argv: [
            'go',
            'build',
            '-trimpath',
            '-buildvcs=false',
            '-tags',
            'lambda.norpc',
            '-ldflags',
            '-s -w -buildid=',
            '-o',
            `${out}/bootstrap`,
            what,
          ],
          env: {
            CGO_ENABLED: '0',
            GOCACHE: `${at.scratch}/go`,
            GOMODCACHE: `${at.scratch}/modules`,
            GOFLAGS: '-modcacherw',
            GOTOOLCHAIN: 'local',
            ...(kept && { GOPROXY: `file://${at.work}/${MODULES}/cache/download`, GOSUMDB: 'off' }),
          },
          needs: { probe: ['go', 'version'], hint: GO },
        },
      ],
    };
  },
};

const CARGO =
  'Rust is not installed where builders see it: install it on the platform’s machine below /usr (Debian: apt-get install cargo)';

const hasBinary = (tree: Tree, name: string) => tree.has(`src/bin/${name}.rs`) || tree.has(`src/bin/${name}/main.rs`);

/** The program that the handler names (`web.handler` is src/bin/web.rs), or the only one. */
export const rust: Language = {
  name: 'Rust',
  runtimes: OS_ONLY,
  marks: ['Cargo.toml'],
  hasHandler: (tree, handler) => tree.has('Cargo.toml') && hasBinary(tree, nameOf(handler)),
  choose,
  async install() {
    return undefined;
  },
  compile({ tree }, { handler, out }) {
    if (!tree.has('Cargo.lock'))
      throw buildFailed('Cargo.lock is not here: commit it, so that the same commit gives the same program');
    const name = nameOf(handler);
    const own = hasBinary(tree, name);
    const args = ['build', '--release', '--locked', ...(own ? ['--bin', name] : [])];
    const pick = own ? `cp "target/release/${name}" ${out}/bootstrap` : `${PICK_ONLY} ${out}/bootstrap`;
    return {
      say: `cargo ${args.join(' ')}`,
      steps: (at) => [
        {
          say: `cargo ${args.join(' ')}`,
          argv: ['cargo', ...args],
          env: {
            CARGO_HOME: `${at.scratch}/cargo`,
            CARGO_TARGET_DIR: 'target',
            RUSTFLAGS: `--remap-path-prefix=${at.work}=/src`,
          },
          needs: { probe: ['cargo', '--version'], hint: CARGO },
        },
        { say: 'take the program', argv: ['/bin/sh', '-c', `mkdir -p ${out} && ${pick}`] },
      ],
    };
  },
};

const PICK_ONLY =
  'set -- $(find target/release -maxdepth 1 -type f -perm -u+x ! -name "*.*"); [ $# = 1 ] || { echo "expected one program, found $#: name one in the Procfile, as in web: NAME.handler"; exit 1; }; cp "$1"';

/** A program that somebody else built: `bootstrap`, for the OS-only runtimes. */
export const bootstrap: Language = {
  name: 'bootstrap',
  runtimes: OS_ONLY,
  marks: ['bootstrap'],
  choose,
  async install() {
    return undefined;
  },
  async check({ tree }) {
    if (tree.get('bootstrap')?.executable === false)
      throw buildFailed('bootstrap is not executable: run `git update-index --chmod=+x bootstrap` and commit it');
  },
};

/** Known by their files, with no runtime here in which they would run. */
export const withoutRuntime: readonly { readonly name: string; readonly runtimes: RegExp; readonly marks: readonly string[] }[] =
  [{ name: '.NET', runtimes: /^dotnet/, marks: [] }];
