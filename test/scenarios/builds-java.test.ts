import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { BuildBench, Files } from '../../src/paas/build/build.fixture.ts';
import { type BuilderRoom, builderRoom, reachable } from '../support/builder-room.ts';
import { ociMissing } from '../support/invoke-room.ts';
import { events, noJava, pom } from '../support/java-application.ts';

const HANDLER = `package shop;

import com.amazonaws.services.lambda.runtime.events.S3Event;

public class Photos {
  public int count(S3Event event) {
    return event.getRecords().size();
  }
}
`;
const shop = {
  Procfile: 'web: shop.Photos::count\n',
  'pom.xml': pom(events),
  'src/main/java/shop/Photos.java': HANDLER,
  'src/main/resources/words/hello.txt': 'hello',
} as const;

/** With a mirror: what is not that is not reached. */
suite('builds with Maven', { skip: ociMissing ?? noJava, timeout: 300_000 }, () => {
  let room: BuilderRoom;
  before(async () => {
    room = await builderRoom();
  });
  after(() => room?.close());

  test('classes are at the top and jars in lib, the same for the same commit; what was fetched is not fetched again', async (t) => {
    const environment = { MAVEN_MIRROR_URL: 'https://repo1.maven.org/maven2' };
    const settings = { memoryMiB: 2048, environment };
    const allow = await reachable('repo1.maven.org');
    const bench = await room.bench(t, { settings: { ...settings, allow } });
    const built = await bench.build(shop);
    assert.equal(built.processes[0]!.runtime, 'java17');
    assert.ok(bench.lines.includes('$ mvn dependency:resolve'), bench.lines.join('\n'));
    const zip = (await bench.zip(built, 'web')).toString('latin1');
    for (const name of ['shop/Photos.class', 'words/hello.txt', 'lib/com.amazonaws.aws-lambda-java-events-3.16.1.jar'])
      assert.ok(zip.includes(name), name);
    assert.ok(!/aws-lambda-java-core|Photos\.java|pom\.xml|target\//.test(zip), 'it is provided, or no code');

    const down = await room.bench(t, { directory: path.join(bench.directory, 'builds'), settings });
    const again = await down.build({ ...shop, 'src/main/java/shop/Photos.java': `${HANDLER}// the same\n` });
    assert.ok(down.lines.includes('dependencies are as they were: mvn dependency:resolve is not needed'), down.lines.join('\n'));
    assert.ok(down.lines.includes('$ mvn process-classes'), 'it is compiled anew');
    assert.deepEqual(again.processes, built.processes);
    await down.build({ ...shop, 'dalamb.toml': '[app]\nmemory = 512\n' });
    assert.ok(!down.lines.some((line) => line.startsWith('$ ')), down.lines.join('\n'));
    await refusals(down);
  });
});

/** With all that is needed in the cache, and no network. */
async function refusals(bench: BuildBench): Promise<void> {
  const refused = async (files: Files, message: RegExp, said = /./) => {
    await assert.rejects(bench.build({ ...shop, ...files }), { code: 'BuildFailed', message });
    assert.match(bench.lines.join('\n'), said);
  };
  await refused(
    { 'src/main/java/shop/Photos.java': HANDLER.replace('size()', 'sise()') },
    /mvn process-classes ended with code 1$/,
    /Photos\.java:\[7,30\].*cannot find symbol/,
  );
  await refused(
    { Procfile: 'web: shop.Phones::count\n' },
    /Procfile:1:6: there is no class shop\.Phones, neither in target\/classes nor/,
  );
  await refused(
    { 'pom.xml': pom(events).replace('<dependencies>', '<dependances>') },
    /mvn dependency:resolve ended with code 1$/,
    /pom\.xml.*Unrecognised tag: 'dependances'.*@ line 10, column 16/,
  );
  await refused(
    { 'pom.xml': pom(events.replace('3.16.1', '99.0')) },
    /mvn dependency:resolve ended with code 1$/,
    /repo1\.maven\.org/,
  );
}
