import assert from 'node:assert/strict';
import os from 'node:os';
import { test } from 'node:test';
import { randomIds } from '../../kernel/index.ts';
import { buildBench, type Files, RUNTIMES, tarOf } from './build.fixture.ts';
import { sourcesOf } from './build.ts';
import { java } from './java.ts';
import { receiveSource } from './source.ts';

const PLACES = { work: '/w', scratch: '/s', program: '/j/bin/java', npm: '/npm' };
const javas = [...RUNTIMES.values()].filter(({ name }) => name.startsWith('java'));

/** The sources, for the time of a question. */
async function asked<T>(files: Files, ask: (sources: ReturnType<typeof sourcesOf>) => Promise<T>): Promise<T> {
  const signal = new AbortController().signal;
  const spool = await receiveSource(tarOf(files), { directory: os.tmpdir(), ids: randomIds, mib: 4, signal });
  return ask(sourcesOf(spool.tree)).finally(() => spool.close());
}

const pom = (inside: string) => ({ 'pom.xml': `<project>${inside}</project>` });
const properties = (inside: string) => pom(`<properties>${inside}</properties>`);
const chosen = async (files: Files, runtimes = javas) => (await asked(files, (sources) => java.choose(sources, runtimes)))?.name;

test('the runtime is the lowest that the manifest’s Java is for, with a compiler', async () => {
  assert.equal(await chosen(pom('')), 'java25');
  assert.equal(await chosen(properties('<maven.compiler.release> 17 </maven.compiler.release>')), 'java17');
  assert.equal(await chosen(properties('<java.version>21</java.version>')), 'java25', 'there is no compiler beside java21');
  assert.equal(await chosen(properties(`<v>11</v><maven.compiler.target>${'$'}{v}</maven.compiler.target>`)), 'java17');
  assert.equal(await chosen(properties('<maven.compiler.source>1.8</maven.compiler.source>')), 'java17');
  assert.equal(await chosen(pom('<plugin><configuration><release>25</release></configuration></plugin>')), 'java25');
  assert.equal(await chosen(properties('<!-- <java.version>17</java.version> -->')), 'java25');
  await assert.rejects(chosen(properties('<java.version>29</java.version>')), {
    code: 'BuildFailed',
    message: /asks for Java 29; here are compilers for java25, java17: install one .*openjdk-29-jdk-headless maven/,
  });
  await assert.rejects(chosen(pom(''), javas.slice(1, 2)), /asks for a Java compiler; here are compilers for none/);
  assert.equal(await chosen({ 'Handler.class': '' }, javas.slice(1, 2)), 'java21', 'nothing is compiled');
});

test('dependencies follow from the manifest, and are fetched with what the goals need', async () => {
  const files = { ...properties('<java.version>17</java.version>'), '.mvn/maven.config': '-U', 'src/main/java/A.java': '' };
  const install = await asked(files, (sources) => java.install(sources, RUNTIMES.get('java17')!, false));
  assert.deepEqual(install!.inputs.map(({ path }) => path).sort(), ['.mvn/maven.config', 'pom.xml']);
  const [step] = install!.steps(PLACES);
  assert.deepEqual(step!.argv.slice(3), ['mvn', '-Dmaven.compiler.source=17', '-Dmaven.compiler.target=17']);
  assert.equal(step!.env!.JAVA_HOME, '/j');
  assert.match(step!.needs!.hint, /apt-get install maven/);
  const args = async (manifest: Files) =>
    (await asked(manifest, (sources) => java.assemble!.steps(sources, RUNTIMES.get('java25')!)))!.steps(PLACES)[0]!.argv.slice(4);
  const said = ['-Dmaven.compiler.source=25', '-Dmaven.compiler.target=25', '-Dmaven.compiler.release=25'];
  assert.deepEqual(await args(pom('')), said);
  assert.deepEqual(await args(pom('<parent></parent>')), [], 'its parent may say it');
});

test('what cannot be built is refused by name', async (t) => {
  const install = (files: Files, runtime: string) =>
    asked(files, (sources) => java.install(sources, RUNTIMES.get(runtime)!, false));
  await assert.rejects(install(pom('<modules><module>a</module></modules>'), 'java17'), {
    code: 'NotImplemented',
    message: /has modules/,
  });
  assert.ok(await install(pom('<!-- <modules> -->'), 'java17'));
  await assert.rejects(install(pom(''), 'java21'), { code: 'BuildFailed', message: /openjdk-21-jdk-headless/ });
  const bench = await buildBench(t);
  const Procfile = 'web: com.example.Handler::handleRequest';
  for (const name of ['build.gradle', 'build.gradle.kts']) {
    await assert.rejects(bench.build({ Procfile, [name]: '' }), { code: 'NotImplemented', message: /^Gradle is not among/ });
  }
  const declared = { Procfile, 'dalamb.toml': '[app]\nruntime = "java17"' };
  await assert.rejects(bench.build(declared), {
    code: 'BuildFailed',
    message: /Procfile:1:6: com\.example\.Handler::handleRequest: there is no com\/example\/Handler\.class, and no pom\.xml/,
  });
});

test('classes and jars that are committed run as they are', async (t) => {
  const bench = await buildBench(t);
  const files = {
    Procfile: 'web: com.example.Handler::handleRequest\nb: Plain::x',
    'com/example/Handler.class': 'x',
    'lib/a.jar': 'y',
  };
  const built = await bench.build({ ...files, 'dalamb.toml': '[app]\nruntime = "java21"' });
  assert.deepEqual(
    built.processes.map(({ runtime }) => runtime),
    ['java21', 'java21'],
  );
  assert.match((await bench.zip(built, 'web')).toString('latin1'), /com\/example\/Handler\.class/);
});

test('a handler’s class is among what was made, or in a jar', async () => {
  const has = (files: Files, handler: string) => asked(files, ({ tree }) => java.assemble!.hasHandler(tree, handler));
  assert.equal(await has({ 'a/B.class': '' }, 'a.B::c'), true);
  assert.equal(await has({ 'a/B$C.class': '' }, 'a.B$C'), true);
  assert.equal(await has({ 'a/B.class': '' }, 'a.C'), false);
  assert.equal(await has({ 'lib/x.jar': '..a/B.class..' }, 'a.B::c'), true);
  assert.equal(await has({ 'other/x.jar': '..a/B.class..' }, 'a.B::c'), false);
});

test('manifests are looked through in bounded time', async () => {
  const began = performance.now();
  const long = (text: string) => ({ 'pom.xml': text.repeat(900_000 / text.length) });
  for (const text of ['<!--', '<java.version>', '<release>', '<', '$', '--><!--']) await chosen(long(text));
  assert.ok(performance.now() - began < 20_000, 'in quadratic time it takes many minutes');
});
