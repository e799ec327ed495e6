import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createJavaClient, download, findRuntimes } from '../../src/invoke/index.ts';
import { installedJavas } from '../../src/invoke/javas.ts';
import { reachable } from './builder-room.ts';
import { root } from './platform.ts';

const compilers = (await installedJavas()).map((home) => `${home}/bin/javac`).filter((file) => existsSync(file));

/** Why tests with Java are left out; false when they run. With CI in the environment there is no leaving out. */
export const noJava: string | false =
  process.env.CI || (existsSync('/usr/bin/mvn') && compilers.length > 0) ? false : 'no Maven, or no Java compiler, below /usr';

/** Class files of Java sources without dependencies, for Java 17. */
export async function compiled(sources: Readonly<Record<string, string>>): Promise<Record<string, Buffer>> {
  const at = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-javac-'));
  try {
    for (const [name, text] of Object.entries(sources)) await fs.writeFile(path.join(at, name), text);
    const out = path.join(at, 'out');
    await promisify(execFile)(compilers[0]!, ['--release', '17', '-d', out, ...Object.keys(sources)], { cwd: at });
    const names = await fs.readdir(out);
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await fs.readFile(path.join(out, name))])));
  } finally {
    await fs.rm(at, { recursive: true });
  }
}

/** The runtimes of this machine, with AWS's client below the checkout. */
export async function javaRuntimes(): ReturnType<typeof findRuntimes> {
  const directory = path.join(root, '.cache/java');
  const repository = 'https://repo.maven.apache.org/maven2';
  const everywhere = (url: string) => download(() => true, url);
  const javaClient = createJavaClient({ directory, directoryName: directory, repository, download: everywhere });
  return findRuntimes({ installation: root, javaClient });
}

/** Rules that let builders reach the repository in which Maven looks. */
export const mavenCentral = (): ReturnType<typeof reachable> => reachable('repo.maven.apache.org');

/** A manifest for Java 17. */
export function pom(dependencies: string, more = ''): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>shop</groupId>
  <artifactId>shop</artifactId>
  <version>1</version>
  <properties>
    <java.version>17</java.version>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>aws-lambda-java-core</artifactId>
      <version>1.4.0</version>
      <scope>provided</scope>
    </dependency>${dependencies}
  </dependencies>${more}
</project>
`;
}

export const events = `
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>aws-lambda-java-events</artifactId>
      <version>3.16.1</version>
    </dependency>`;
