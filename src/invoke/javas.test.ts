import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { findRuntimes } from './catalogue.ts';
import { createJavaClient } from './java-client.ts';
import { javaFlags } from './javas.ts';

async function directory(t: Pick<TestContext, 'after'>): Promise<string> {
  const made = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-'));
  t.after(() => fs.rm(made, { recursive: true }));
  return made;
}

async function java(home: string, says: string, ...more: string[]): Promise<string> {
  await fs.mkdir(path.join(home, 'bin'), { recursive: true });
  for (const name of ['java', ...more])
    await fs.writeFile(path.join(home, 'bin', name), `#!/bin/sh\necho "${says}"\n`, { mode: 0o755 });
  return home;
}

test('Javas are found by running them, those with a compiler first', async (t) => {
  const at = await directory(t);
  const javaHomes = [
    await java(path.join(at, 'jre'), 'openjdk 21.0.9 2025-10-21 LTS'),
    await java(path.join(at, 'jdk'), 'openjdk 21.0.3 2024-04-16', 'javac'),
    await java(path.join(at, 'first'), 'java 25 2025-09-16'),
    await java(path.join(at, 'old'), 'openjdk 11.0.2 2019-01-15'),
    path.join(at, 'nothing'),
  ];
  const own = await java(path.join(at, 'own'), 'openjdk 17.0.15 2025-04-15');
  const { entries, missing } = await findRuntimes({
    installation: at,
    pythonFolders: [],
    rubyFolders: [],
    javaHomes,
    folders: [own],
  });
  const javas = [...entries.values()].filter(({ name }) => name.startsWith('java'));
  assert.deepEqual(
    javas.map(({ name, version, compiles }) => [name, version, compiles]),
    [
      ['java17', 'java:17.v15', false],
      ['java21', 'java:21.v3', true],
      ['java25', 'java:25.v0', false],
    ],
  );
  const [shown] = entries.get('java17')!.mounts;
  assert.deepEqual(shown, { source: own, target: '/var/lang' }, 'sandboxes have a /tmp of their own');
  const { missing: all } = await findRuntimes({ installation: at, pythonFolders: [], rubyFolders: [], javaHomes: [] });
  assert.match(all.find(({ name }) => name === 'java21')!.reason, /openjdk-21-jdk-headless.*folder/);
  assert.equal(
    missing.some(({ name }) => name.startsWith('java')),
    false,
  );
});

test('the client is started with the function’s handler, in a JVM that its memory bounds', async (t) => {
  const at = await directory(t);
  const javaHomes = [
    await java(path.join(at, 'a'), 'openjdk 25.0.2 2026-01-20'),
    await java(path.join(at, 'b'), 'openjdk 17.0.1 2021-10-19'),
  ];
  const { entries } = await findRuntimes({ installation: at, pythonFolders: [], rubyFolders: [], javaHomes });
  const sandbox = { path: (target: string) => target } as never;
  const argv = entries.get('java25')!.argv!(sandbox, 512, { handler: 'a.B::c', variables: {} });
  assert.equal(argv[0], path.join(at, 'a/bin/java'));
  assert.ok(argv.includes('--enable-native-access=ALL-UNNAMED') && argv.includes('-XX:MaxHeapSize=384m'));
  assert.deepEqual(argv.slice(-4), [
    '-cp',
    '/var/runtime/*',
    'com.amazonaws.services.lambda.runtime.api.client.AWSLambda',
    'a.B::c',
  ]);
  const elder = entries.get('java17')!.argv!(sandbox, 512, { handler: 'a.B', variables: {} });
  assert.ok(!elder.some((flag) => flag.includes('native-access')), 'it does not know it');
});

test('what a function says to its JVM comes before what the platform wants', () => {
  const usual = javaFlags(128, {});
  assert.deepEqual(usual.slice(0, 3), ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:MaxHeapSize=60m']);
  assert.ok(javaFlags(10_240, {}).includes('-XX:MaxHeapSize=8592m'));
  const own = javaFlags(512, { JAVA_TOOL_OPTIONS: '-XX:+UseG1GC -Xmx200m -XX:TieredStopAtLevel=4', OTHER: '-Dfile.encoding=x' });
  assert.deepEqual(own, ['-Dfile.encoding=UTF-8', '-Dstdout.encoding=UTF-8', '-Dstderr.encoding=UTF-8']);
});

test('the client is fetched once, and only as it was published', async (t) => {
  const at = await directory(t);
  const asked: string[] = [];
  const client = (bytes: string) =>
    createJavaClient({
      directory: path.join(at, 'made'),
      directoryName: '/srv/data/runtimes/java',
      repository: 'https://maven.example/all/',
      download: async (url) => {
        asked.push(url);
        return Buffer.from(bytes);
      },
    });
  const forged = client('not it');
  await fs.mkdir(path.join(at, 'made'), { mode: 0o700 });
  await fs.writeFile(path.join(at, 'made/x.jar.123'), 'what a killed process left');
  await assert.rejects(forged.prepare(), {
    code: 'SandboxUnavailable',
    message:
      /maven\.example.*is not there as it was published.*MAVEN_MIRROR_URL.*put aws-lambda-java-runtime.* into \/srv\/data\/runtimes\/java$/,
  });
  assert.match(asked[0]!, /^https:\/\/maven\.example\/all\/com\/amazonaws\/aws-lambda-java-runtime-interface-client\/2\.9\.0\//);
  assert.deepEqual(await fs.readdir(path.join(at, 'made')), []);
  assert.equal((await fs.stat(path.join(at, 'made'))).mode & 0o777, 0o755);
  await assert.rejects(forged.prepare());
  assert.equal(asked.length, 2, 'it tries again');
});
