import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../test/support/platform.ts';

/** Outside git. What is downloaded for the bench is kept here, and nowhere else in the checkout. */
export const CACHE = path.join(root, '.cache/peers');
const MINUTES = 60_000;

/** A package with all that it needs, without its install scripts; returns its own folder. */
export function npmPackage(name: string, version: string): string {
  const home = installed(`${name}-${version}`, (folder) => {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    runToEnd('npm', ['install', '--prefix', folder, ...flags, `${name}@${version}`]);
  });
  return path.join(home, 'node_modules', name);
}

/** A package with all that it needs, if asked for; returns the folder to import it from. */
export function pythonPackage(name: string, version: string, { alone = false } = {}): string {
  return installed(`${name}-${version}`, (folder) => {
    const flags = ['--quiet', '--disable-pip-version-check', ...(alone ? ['--no-deps'] : [])];
    runToEnd('python3', ['-m', 'pip', 'install', ...flags, '--target', folder, `${name}==${version}`]);
  });
}

/** An artefact with all that it needs at run time, from Maven's central repository; returns the folder of jars and native libraries. */
export function mavenJars(group: string, artefact: string, version: string): string {
  const home = installed(`${artefact}-${version}`, (folder) => {
    const pom = path.join(folder, 'pom.xml');
    fs.writeFileSync(pom, pomOf({ group, artefact, version }));
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
    runToEnd('mvn', ['-B', '-q', '-f', pom, goal, '-DincludeScope=runtime', `-DoutputDirectory=${path.join(folder, 'jars')}`]);
  });
  return path.join(home, 'jars');
}

function pomOf(of: { readonly group: string; readonly artefact: string; readonly version: string }): string {
  const coordinates = (group: string, artefact: string, version: string) =>
    `<groupId>${group}</groupId><artifactId>${artefact}</artifactId><version>${version}</version>`;
  const dependency = `<dependency>${coordinates(of.group, of.artefact, of.version)}</dependency>`;
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
    `${coordinates('dalamb.bench', 'peer', '1')}<packaging>pom</packaging>`,
    `<dependencies>${dependency}</dependencies></project>\n`,
  ].join('\n');
}

/** The folder of that name in the cache, filled once: an install that is interrupted or fails leaves none. */
export function installed(name: string, install: (folder: string) => void, cache = CACHE): string {
  const home = path.join(cache, name);
  if (fs.existsSync(home)) return home;
  process.stderr.write(`bench: installing ${name} into ${path.relative(process.cwd(), cache)} …\n`);
  fs.mkdirSync(cache, { recursive: true });
  const folder = fs.mkdtempSync(path.join(cache, 'partial-'));
  try {
    install(folder);
    fs.renameSync(folder, home);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return home;
}

/** Returns what it said on both streams; throws in one line when it is not there, takes over ten minutes, or fails. */
export function runToEnd(command: string, args: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 10 * MINUTES });
  if (error) throw new TypeError(`${command} does not run (${(error as NodeJS.ErrnoException).code})`);
  const said = `${stdout}${stderr}`;
  if (status !== 0) throw new TypeError(`${command} ended with ${status}: ${lastLine(said)}`);
  return said;
}

/** For a line that says why something went wrong. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)!.slice(0, 200);
}
