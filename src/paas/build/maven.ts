import { posix } from 'node:path';
import type { BuilderPlaces, Step } from './sandboxed.ts';

/** The local repository, below the top: it is kept between builds. */
export const REPOSITORY = '.dalamb-maven';
/** Where the jars of what runs are put. */
export const JARS = 'target/dalamb-lib';
const DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const MAVEN =
  'Maven is not installed where builders see it: install it on the platform’s machine below /usr (Debian: apt-get install maven)';

const MIRROR = `<mirrors><mirror><id>mirror</id><mirrorOf>*</mirrorOf><url>\${env.MAVEN_MIRROR_URL}</url></mirror></mirrors>`;
const M2 = `main is org.apache.maven.cli.MavenCli from plexus.core
set maven.conf default \${maven.home}/conf
[plexus.core]
load \${maven.conf}/logging
optionally \${maven.home}/lib/ext/*.jar
load \${maven.home}/lib/*.jar
`;
const LOGGING = [
  'defaultLogLevel=info',
  'showDateTime=false',
  'showThreadName=false',
  'showLogName=false',
  'logFile=System.out',
  'levelInBrackets=true',
  'warnLevelString=WARNING',
  'log.org.apache.maven.plugins.dependency=warn',
]
  .map((line) => `org.slf4j.simpleLogger.${line}\n`)
  .join('');

/**
 * Maven with settings of ours and none of the machine's: Debian keeps them in /etc/maven, which builders do not see. What it is told in words
 * comes after, as arguments.
 */
const PREPARE = `set -e
export MAVEN_OPTS="$OPTS $MAVEN_OPTS"
if [ ! -d "$M/bin" ]; then
  real=$(readlink -f "$(command -v mvn)"); home=\${real%/bin/mvn}
  mkdir -p "$M/bin" "$M/conf/logging"
  for one in "$home"/*; do case "\${one##*/}" in bin|conf) ;; *) ln -s "$one" "$M/";; esac; done
  cp "$home/bin/mvn" "$M/bin/mvn"
  cat "$home/bin/m2.conf" > "$M/bin/m2.conf" 2> /dev/null || printf %s "$M2" > "$M/bin/m2.conf"
  printf %s "$LOGGING" > "$M/conf/logging/simplelogger.properties"
  { echo '<settings>'; [ -z "$MAVEN_MIRROR_URL" ] || echo "$MIRROR"; echo '</settings>'; } > "$M/conf/settings.xml"
fi
mvn() { "$M/bin/mvn" -B -ntp -Dstyle.color=never -gs "$M/conf/settings.xml" -s "$M/conf/settings.xml" "$@"; }
`;

/** Goals with which the classes and jars of an application are made: all that is bound before, but no tests. */
const GOALS = `process-classes ${DEPENDENCIES}:copy-dependencies -DincludeScope=runtime -DoutputDirectory=${JARS} -Dmdep.prependGroupId=true`;

/** Fetches what the goals need, by running them. Where that fails, as for a plugin that wants sources, all that the manifest names at least; -U: what is missing is said as it is, not that it was missed before. */
const FETCH = `${PREPARE}mvn -q "$@" ${GOALS} > /dev/null 2>&1 || mvn -q -U "$@" ${DEPENDENCIES}:resolve`;
const MAKE = `${PREPARE}mvn -nsu "$@" ${GOALS}`;

export interface Making {
  /** For people. */
  readonly say: string;
  readonly what: 'fetch' | 'make';
  /** \`-Dname=value\`. */
  readonly properties: readonly string[];
}

export function mavenStep(at: BuilderPlaces, { say, what, properties }: Making): Step {
  return {
    say,
    argv: ['/bin/sh', '-c', what === 'fetch' ? FETCH : MAKE, 'mvn', ...properties],
    env: {
      M: `${at.scratch}/maven`,
      M2,
      LOGGING,
      MIRROR,
      JAVA_HOME: posix.dirname(posix.dirname(at.program)),
      MAVEN_SKIP_RC: '1',
      OPTS: [
        '-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx1g',
        `-Dmaven.repo.local=${at.work}/${REPOSITORY}`,
        `-Duser.home=${at.scratch}/home`,
      ].join(' '),
    },
    needs: { probe: ['/bin/sh', '-c', 'command -v mvn'], hint: MAVEN },
  };
}
