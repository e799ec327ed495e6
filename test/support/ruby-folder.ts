import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './platform.ts';

const run = promisify(execFile);

/** Debian 12 has no Ruby that AWS has; 13 has. It brings its own C library, so that it runs on any. */
const SUITE = 'trixie';
const VERSION = '3.3';
const PACKAGES = [`ruby${VERSION}`, `libruby${VERSION}`, `ruby${VERSION}-dev`];
const LIBRARIES = ['libc6', 'libcrypt1', 'libffi8', 'libgmp10', 'libyaml-0-2', 'libssl3t64', 'zlib1g', 'libzstd1', 'libgcc-s1'];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const EDITION = createHash('sha256')
  .update(readFileSync(import.meta.filename))
  .digest('hex')
  .slice(0, 8);
const FOLDER = path.join(root, `.cache/ruby-${SUITE}-${process.arch}-${EDITION}`);

/** Why tests with Ruby are left out; false when they run. With CI in the environment there is no leaving out. */
export const noRuby: string | false =
  process.env.CI ||
  (['/usr/bin/apt-get', '/usr/bin/dpkg-deb', KEYRING].every((file) => existsSync(file)) && process.platform === 'linux')
    ? false
    : 'no Debian packages here to take Ruby from';

/** Name of the runtime in the folder. */
export const rubyRuntime = `ruby${VERSION}`;

/** A folder for `[runtimes] folders` with a real Ruby, Bundler and headers: made once, of packages of Debian that apt has verified. */
export async function rubyFolder(): Promise<string> {
  if (existsSync(FOLDER)) return FOLDER;
  await fs.mkdir(path.dirname(FOLDER), { recursive: true });
  const making = await fs.mkdtemp(`${FOLDER}-`);
  try {
    await downloadPackages(making);
    const folder = path.join(making, 'root/usr');
    await makeRelocatable(folder);
    await fs.rename(folder, FOLDER).catch((error) => {
      if (!existsSync(FOLDER)) throw error; // another test made it
    });
  } finally {
    await fs.rm(making, { recursive: true, force: true });
  }
  return FOLDER;
}

/** With an apt of its own, which changes nothing of the machine's. */
async function downloadPackages(making: string): Promise<void> {
  for (const name of ['state/lists/partial', 'cache/archives/partial', 'packages', 'root'])
    await fs.mkdir(path.join(making, name), { recursive: true });
  await fs.writeFile(path.join(making, 'state/status'), '');
  await fs.writeFile(path.join(making, 'sources.list'), `deb [signed-by=${KEYRING}] ${await mirror()} ${SUITE} main\n`);
  const settings = {
    'Dir::Etc::SourceList': `${making}/sources.list`,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'Dir::State': `${making}/state`,
    'Dir::State::Lists': `${making}/state/lists`,
    'Dir::State::status': `${making}/state/status`,
    'Dir::Cache': `${making}/cache`,
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  };
  const config = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  await fs.writeFile(path.join(making, 'apt.conf'), config.join(''));
  const options = {
    cwd: path.join(making, 'packages'),
    env: { ...process.env, APT_CONFIG: `${making}/apt.conf` },
    timeout: 240_000,
  };
  await run('apt-get', ['-q', 'update'], options);
  await run('apt-get', ['-q', 'download', ...PACKAGES, ...LIBRARIES], options);
  for (const file of await fs.readdir(options.cwd)) await run('dpkg-deb', ['-x', file, path.join(making, 'root')], options);
}

/** Where this machine gets Debian from. */
async function mirror(): Promise<string> {
  const parts = await fs.readdir('/etc/apt/sources.list.d').catch(() => []);
  const files = ['/etc/apt/sources.list', ...parts.map((name) => `/etc/apt/sources.list.d/${name}`)];
  for (const file of files.filter((name) => /\.(list|sources)$/.test(name))) {
    const text = await fs.readFile(file, 'utf8').catch(() => '');
    const found = /^(?:deb\s+(?:\[[^\]]*\]\s+)?|URIs:\s*)(https?:\/\/\S+\/debian)\/?\s/m.exec(text)?.[1];
    if (found) return found;
  }
  return 'http://deb.debian.org/debian';
}

/** Programs start by way of the folder's own loader and libraries, wherever it lies. */
async function makeRelocatable(folder: string): Promise<void> {
  const bin = path.join(folder, 'bin');
  const [triplet] = (await fs.readdir(path.join(folder, 'lib'))).filter((name) => name.endsWith('-linux-gnu'));
  const [loader] = (await fs.readdir(path.join(folder, 'lib', triplet!))).filter((name) => name.startsWith('ld-linux'));
  await fs.rename(path.join(bin, `ruby${VERSION}`), path.join(folder, 'lib/ruby.program'));
  await fs.rm(bin, { recursive: true });
  await fs.mkdir(bin);
  const head = `#!/bin/sh
here=\${0%/bin/*} # programs are named by their whole path, whatever PATH is
`;
  const ruby = `${head}lib="$here/lib/${triplet}"
GIVEN_RUBYLIB="$RUBYLIB" RUBYLIB="\${RUBYLIB:+$RUBYLIB:}$here/lib/ruby/${VERSION}.0:$lib/ruby/${VERSION}.0" \\
  exec "$lib/${loader}" --library-path "$lib" "$here/lib/ruby.program" "-r$here/lib/relocated.rb" "$@"
`;
  const tool = (name: string) =>
    `${head}exec "$here/bin/ruby${VERSION}" -rrubygems -e 'load Gem.bin_path("bundler", "${name}")' -- "$@"\n`;
  const gem = `${head}exec "$here/bin/ruby${VERSION}" -rrubygems/gem_runner -e 'Gem::GemRunner.new.run(ARGV)' -- "$@"\n`;
  const programs = { [`ruby${VERSION}`]: ruby, ruby, bundle: tool('bundle'), bundler: tool('bundler'), gem };
  for (const [name, text] of Object.entries(programs)) await fs.writeFile(path.join(bin, name), text, { mode: 0o755 });
  await fs.writeFile(path.join(folder, 'lib/relocated.rb'), RELOCATED);
}

/** RUBYLIB comes before gems, the libraries of a Ruby after them. */
const RELOCATED = `given = ENV.delete('GIVEN_RUBYLIB').to_s
given.empty? ? ENV.delete('RUBYLIB') : ENV['RUBYLIB'] = given
own = $LOAD_PATH.select { |folder| folder.start_with?(__dir__) }
$LOAD_PATH.replace($LOAD_PATH - own + own)
`;
