import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { zipOf } from '../support/archives.ts';
import { type BenchOptions, invokeBench, json, ociMissing } from '../support/invoke-room.ts';
import { compiled, javaRuntimes, noJava } from '../support/java-application.ts';

const MAIN = `import java.util.Map;

public class Main {
  static final String AT_LOAD = System.getenv("MINE");
  int calls = 0;

  public Map<String, Object> handle(Map<String, Object> event) throws Exception {
    if (event.containsKey("exit")) System.exit(3);
    if (event.containsKey("sleep")) Thread.sleep(60_000);
    if (event.containsKey("say")) System.out.println(event.get("say"));
    calls++;
    return Map.of("calls", calls, "event", event, "mine", String.valueOf(AT_LOAD), "env", System.getenv("AWS_EXECUTION_ENV"),
        "here", System.getProperty("user.dir").equals(System.getenv("LAMBDA_TASK_ROOT")), "flag", String.valueOf(System.getProperty("flag")));
  }
}
`;
const SHARED = 'public class Shared { public static int answer() { return 42; } public int run() { return answer(); } }';

for (const driver of ['process', 'oci'] as const)
  suite(`Java by driver ${driver}`, { skip: noJava || (driver === 'oci' && (ociMissing ?? false)) }, () => {
    const open = async (t: Parameters<typeof invokeBench>[0], more: BenchOptions = {}) => {
      const bench = await invokeBench(t, { driver, options: { runtimes: await javaRuntimes() }, ...more });
      const spec = async (
        files: Readonly<Record<string, Uint8Array | string>>,
        settings: Parameters<typeof bench.spec>[1] = {},
      ) => bench.spec(files, { runtime: 'java17', handler: 'Main::handle', memoryMiB: 256, timeoutMs: 15_000, ...settings });
      return { ...bench, spec };
    };

    test('answers, variables, reuse, flags, a wrapper', async (t) => {
      const bench = await open(t, { settings: { ready: 1 } });
      const code = await compiled({ 'Main.java': MAIN });
      const spec = await bench.spec(code, { variables: { MINE: 'm', JAVA_TOOL_OPTIONS: '-Dflag=on -XX:+UseParallelGC' } });
      const first = await bench.call(spec, { a: ['ü'] });
      const wanted = { event: { a: ['ü'] }, mine: 'm', env: 'AWS_Lambda_java17', here: true, flag: 'on' };
      assert.deepEqual(json(first), { calls: 1, ...wanted });
      const second = await bench.call(spec, { say: 'grüße' });
      assert.equal((json(second) as { calls: number }).calls, 2);
      assert.equal(second.report.initMs, undefined);
      const logs = () => [...bench.logs.values()].flat().join('\n');
      for (let i = 0; i < 100 && !logs().includes('grüße'); i++) await pause(50); // lines are written behind the answer
      assert.match(logs(), /Picked up JAVA_TOOL_OPTIONS: -Dflag=on.*\n(.*\n)*grüße/);
      const layer = await bench.tree({ wrap: '#!/bin/sh\nexport MINE=wrapped\nexec "$@"\n' });
      const wrapper = driver === 'oci' ? '/opt/wrap' : `${bench.directory}/${layer}/wrap`;
      const wrapped = await bench.spec(code, { layers: [layer], variables: { AWS_LAMBDA_EXEC_WRAPPER: wrapper } });
      assert.equal((json(await bench.call(wrapped)) as { mine: string }).mine, 'wrapped');
    });

    test('classes of layers, and classes that are not there', async (t) => {
      const bench = await open(t);
      const layer = await bench.tree({ 'java/lib/shared.jar': await zipOf(await compiled({ 'Shared.java': SHARED })) });
      const code = await compiled({
        'Shared.java': SHARED,
        'Own.java': 'public class Own { public int go() { return Shared.answer(); } }',
      });
      const spec = await bench.spec({ 'Own.class': code['Own.class']! }, { handler: 'Own::go', layers: [layer] });
      assert.equal(json(await bench.call(spec)), 42);
      const missing = json(await bench.call(await bench.spec({ 'x.txt': '' }, { handler: 'No::go' }))) as { errorType: string };
      assert.equal(missing.errorType, 'java.lang.ClassNotFoundException');
    });

    test('an end of the JVM and a call that takes too long are errors, and the next call is answered', {
      skip: driver === 'process',
    }, async (t) => {
      const bench = await open(t);
      const spec = await bench.spec(await compiled({ 'Main.java': MAIN }), { timeoutMs: 3000 });
      const ended = json(await bench.call(spec, { exit: 1 })) as { errorType: string; errorMessage: string };
      assert.equal(ended.errorType, 'Runtime.ExitError');
      assert.match(ended.errorMessage, /exit status 3/);
      const late = json(await bench.call(spec, { sleep: 1 })) as { errorMessage: string };
      assert.match(late.errorMessage, /timed out after 3\.00 seconds/);
      assert.equal((json(await bench.call(spec, {})) as { calls: number }).calls, 1);
    });
  });
