import { existsSync } from 'node:fs';
import { installedJavas } from '../../src/invoke/javas.ts';
import { reachable } from './builder-room.ts';

const compilers = (await installedJavas()).map((home) => `${home}/bin/javac`).filter((file) => existsSync(file));

/** Why tests with Java are left out; false when they run. With CI in the environment there is no leaving out. */
export const noJava: string | false =
  process.env.CI || (existsSync('/usr/bin/mvn') && compilers.length > 0) ? false : 'no Maven, or no Java compiler, below /usr';

/** A compiler of this machine. */
export const javac = compilers[0] ?? 'javac';

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
