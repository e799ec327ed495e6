import { fail } from '../../kernel/index.ts';
import { type Install, type Language, newestFirst, versionOf } from './languages.ts';
import { JARS, mavenStep, REPOSITORY } from './maven.ts';
import { buildFailed } from './refusals.ts';
import type { Tree } from './trees.ts';

/** `com.example.Handler::handleRequest`, `Handler`. */
const HANDLER = /^((?:[A-Za-z_$][\w$]*\.)*[A-Za-z_$][\w$]*)(?:::[A-Za-z_$][\w$]*)?$/;
const POM = 'pom.xml';
const GRADLE = ['build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts'];

/** Built by Maven, or by somebody else: then classes are at the top, and jars in `lib`. */
export const java: Language = {
  name: 'Java',
  runtimes: /^java\d+$/,
  marks: [POM],
  hasHandler: (tree, handler) => HANDLER.test(handler) && (tree.has(POM) || tree.has(classOf(handler)) || hasJars(tree)),
  handlerFiles: (handler) => `${classOf(handler)}, and no ${POM}`,
  async choose(sources, runtimes) {
    const all = newestFirst(runtimes);
    const pom = await sources.text(POM);
    if (pom === undefined) return all[0];
    const wanted = wantedVersion(pom);
    const able = all.filter(({ compiles }) => compiles);
    const found = wanted === undefined ? able[0] : able.findLast((runtime) => versionOf(runtime)[0]! >= wanted);
    if (found) return found;
    const here = able.map(({ name }) => name).join(', ') || 'none';
    throw buildFailed(
      `${POM} asks for ${wanted === undefined ? 'a Java compiler' : `Java ${wanted}`}; here are compilers for ${here}: install one on the platform’s machine (Debian: apt-get install openjdk-${Math.max(wanted ?? 17, 17)}-jdk-headless maven)`,
    );
  },
  async install(sources, runtime) {
    const pom = await sources.text(POM);
    if (pom === undefined) return undefined;
    if (!runtime.compiles)
      throw buildFailed(
        `there is no compiler beside ${runtime.name}: install one on the platform’s machine (Debian: apt-get install openjdk-${versionOf(runtime)[0]}-jdk-headless)`,
      );
    if (/<modules>/.test(uncommented(pom)))
      throw fail('NotImplemented', `${POM} has modules: builders build one project, so give the function’s own a repository`, {
        status: 501,
        fault: 'caller',
      });
    return fetching(sources.tree, propertiesOf(pom, versionOf(runtime)[0]!));
  },
  assemble: {
    async steps(sources, runtime) {
      const pom = await sources.text(POM);
      if (pom === undefined) return undefined;
      const properties = propertiesOf(pom, versionOf(runtime)[0]!);
      return {
        say: 'mvn process-classes',
        steps: (at) => [mavenStep(at, { say: 'mvn process-classes', what: 'make', properties })],
      };
    },
    collect: [
      { from: 'target/classes', to: '', drop: ['^lib$'] },
      { from: JARS, to: 'lib', keep: '\\.jar$' },
    ],
    hasHandler: hasClass,
    handlerFiles: (handler) =>
      `class ${handler.split('::')[0]}, neither in target/classes nor in a dependency that is there when it runs`,
  },
};

/** `a.b.C::d` → `a/b/C.class`. */
const classOf = (handler: string) => `${handler.split('::')[0]!.replaceAll('.', '/')}.class`;
const isJar = (name: string) => /^lib\/[^/]+\.jar$/.test(name);
const hasJars = (tree: Tree) => [...tree.keys()].some(isJar);

/** Names in a jar’s directory are as they are. */
async function hasClass(tree: Tree, handler: string): Promise<boolean> {
  const wanted = classOf(handler);
  if (tree.has(wanted)) return true;
  for (const entry of tree.values()) if (isJar(entry.path) && (await entry.read()).includes(wanted)) return true;
  return false;
}

function fetching(tree: Tree, properties: readonly string[]): Install {
  const say = 'mvn dependency:resolve';
  return {
    say,
    inputs: [...tree.values()].filter(({ path }) => path === POM || path.startsWith('.mvn/')),
    steps: (at) => [mavenStep(at, { say, what: 'fetch', properties })],
    collect: [
      {
        from: REPOSITORY,
        to: REPOSITORY,
        // What says when and whence something came: without it Maven takes all as it is.
        drop: ['(^|/)_remote\\.repositories$', '(^|/)resolver-status\\.properties$', '\\.(lastUpdated|sha1|sha256|md5|lock)$'],
      },
    ],
  };
}

/** Said where the manifest is not clear: Maven’s own defaults are older than what the compilers here take. */
function propertiesOf(text: string, major: number): string[] {
  const pom = uncommented(text);
  const wanted = wantedVersion(pom);
  if (wanted === undefined && pom.includes('<parent>')) return []; // it may say it
  const version = wanted ?? major;
  const release = wanted === undefined ? [`-Dmaven.compiler.release=${version}`] : [];
  return [`-Dmaven.compiler.source=${version}`, `-Dmaven.compiler.target=${version}`, ...release];
}

const VERSIONS = [
  'maven.compiler.release',
  'release',
  'java.version',
  'maven.compiler.target',
  'target',
  'maven.compiler.source',
];

/** The Java that a manifest asks for; undefined: it does not say. */
function wantedVersion(text: string): number | undefined {
  const pom = uncommented(text);
  for (const name of VERSIONS) {
    const said = textOf(pom, name);
    const [, other] = /^\$\{([\w.-]+)\}$/.exec(said ?? '') ?? [];
    const [, version] = /^(?:1\.)?(\d{1,2})$/.exec((other === undefined ? said : textOf(pom, other)) ?? '') ?? [];
    if (version !== undefined) return Number(version);
  }
  return undefined;
}

/** What is between the first two tags of that name. */
function textOf(pom: string, name: string): string | undefined {
  const at = pom.indexOf(`<${name}>`);
  if (at < 0) return undefined;
  const from = at + name.length + 2;
  const to = pom.indexOf('</', from);
  return to < 0 || to - from > 100 ? undefined : pom.slice(from, to).trim();
}

function uncommented(text: string): string {
  let plain = '';
  for (let at = 0; ; ) {
    const start = text.indexOf('<!--', at);
    plain += text.slice(at, start < 0 ? text.length : start);
    const end = start < 0 ? -1 : text.indexOf('-->', start + 4);
    if (end < 0) return plain;
    at = end + 3;
  }
}

/** Refuses Gradle by name. */
export function refuseGradle(tree: Tree): void {
  if (!GRADLE.some((name) => tree.has(name))) return;
  throw fail(
    'NotImplemented',
    'Gradle is not among the builders here: build with Maven (pom.xml), commit classes and lib/*.jar as Gradle makes them, add a Dockerfile, or push a container image',
    { status: 501, fault: 'caller' },
  );
}
