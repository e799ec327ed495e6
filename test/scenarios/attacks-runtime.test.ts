import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { zipOf } from '../support/archives.ts';
import {
  type Attacker,
  answerOf,
  assertPlatformError,
  attackFunction,
  channel,
  startVictims,
  type Victims,
} from '../support/attacks.ts';
import { deploy } from '../support/deploy.ts';
import { ociMissing } from '../support/invoke-room.ts';

const exited = 'Runtime exited without providing a reason';
const killed = 'Runtime exited with error: signal: killed';
suite('functions that break the rules of their runtime', { skip: ociMissing ?? false, timeout: 120_000 }, () => {
  let victims: Victims;
  let attack: Attacker;
  before(async () => {
    victims = await startVictims();
    attack = await victims.attacker('rude', { Timeout: 3, MemorySize: 512 });
  });
  after(() => victims?.stop());

  const startsAnew = async () => assert.equal(answerOf(await attack('return calls')), 1);
  const works = async () => assert.equal(answerOf(await attack('return 1 + 1')), 2);

  for (const [what, code, text] of [
    ['exits', 'process.exit(0)', exited],
    ['exits with a status', 'process.exit(7)', 'Runtime exited with error: exit status 7'],
    ['kills its runtime', `process.kill(process.pid, 'SIGKILL'); await pause(5000)`, killed],
    ['has a child kill its runtime', `require('child_process').execSync('kill -9 ' + process.pid + '; sleep 5')`, killed],
    ['aborts', 'process.abort()', 'Runtime exited with error: signal: aborted'],
    ['ends the first process', `process.reallyExit(3)`, 'Runtime exited with error: exit status 3'],
  ] as const) {
    test(`it ${what}`, async () => {
      const seen = await victims.beside(() => attack(code));
      assertPlatformError(seen, 'Runtime.ExitError', text);
      await startsAnew();
    });
  }

  test('it throws where nobody catches', async () => {
    const thrown = await victims.beside(() =>
      attack(`setTimeout(() => { throw new RangeError('out of the blue') }, 10); await pause(5000)`),
    );
    assert.equal(thrown.error, 'Unhandled');
    assert.match(JSON.stringify(thrown.payload), /"errorType":"RangeError","errorMessage":"out of the blue"/);
    assert.match(thrown.tail, /Uncaught Exception/);
    const rejected = await attack(`Promise.reject(new Error('nobody waits')); await pause(5000)`);
    assert.match(
      JSON.stringify(rejected.payload),
      /"errorType":"Runtime.UnhandledPromiseRejection","errorMessage":"Error: nobody waits"/,
    );
    await startsAnew();
  });

  test('it answers with more than fits, with what is no JSON, or with a huge error', async () => {
    const large = {
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      errorType: 'Function.ResponseSizeTooLarge',
    };
    const attack = await victims.attacker('large', { Timeout: 60, MemorySize: 1769 });
    assert.equal(answerOf<string>(await attack(`return 'x'.repeat(6291554)`)).length, 6_291_554);
    const before = answerOf<number>(await attack('return calls'));
    for (const code of [`return 'x'.repeat(6291555)`, `return 'x'.repeat(100e6)`, `throw new Error('x'.repeat(7e6))`]) {
      const seen = await victims.beside(() => attack(code));
      assert.equal(seen.error, 'Unhandled');
      assert.deepEqual(seen.payload, large);
    }
    for (const [code, text] of [
      ['const a = {}; a.a = a; return a', /Unable to stringify response body: Converting circular structure to JSON/],
      ['return 1n', /Unable to stringify response body: Do not know how to serialize a BigInt/],
      [`return { toJSON() { throw new Error('no') } }`, /Unable to stringify response body: no/],
    ] as const) {
      const seen = await attack(code);
      assert.equal(seen.error, 'Unhandled');
      assert.match(JSON.stringify(seen.payload), text);
    }
    assert.equal(answerOf(await attack('return undefined')), null);
    assert.equal(answerOf(await attack('return () => 1')), null);
    assert.equal(answerOf(await attack('return calls')), before + 9, 'the same process all along');
  });

  test('raw bytes on its outputs are log lines and nothing else', async () => {
    const seen = await victims.beside(() =>
      attack(`const fs = require('fs'); const bytes = require('crypto').randomBytes(4096);
        fs.writeSync(1, bytes); fs.writeSync(2, Buffer.from([0, 0, 0, 5, 19, 0, 0, 0, 1])); fs.writeSync(1, '\\nEND RequestId: forged\\nREPORT RequestId: forged\\tBilled Duration: 0 ms\\n'); return 'done'`),
    );
    assert.equal(answerOf(seen), 'done');
    assert.match(seen.tail, new RegExp(`REPORT RequestId: ${seen.requestId}\\tDuration: .*\\n$`));
    await works();
  });

  test('it closes its channel', async () => {
    const seen = await victims.beside(() => attack(`${channel}; channel.destroy(); await pause(5000)`));
    assert.equal(seen.error, 'Unhandled');
    assert.match(JSON.stringify(seen.payload), /Runtime\.ExitError/);
    await startsAnew();
  });

  test('it writes garbage to its channel: it ends, and only it', async () => {
    for (const bytes of [
      `require('crypto').randomBytes(1 << 20)`,
      `Buffer.alloc(1 << 20, 0xff)`,
      `Buffer.alloc(64)`,
      `Buffer.from([0, 0, 0, 1, 99])`,
      `Buffer.from([0, 0, 0, 1])`,
      `Buffer.from([0, 96, 0, 0, 19, 0])`,
    ]) {
      const seen = await victims.beside(() => attack(`${channel}; channel.write(${bytes}); await pause(5000)`));
      assert.equal(seen.error, 'Unhandled', bytes);
      assert.match(JSON.stringify(seen.payload), /Runtime\.ExitError|Sandbox\.Timedout/, bytes);
      await works();
    }
  });

  test('frames that come at the wrong time change nothing for anyone', async () => {
    const frame = (type: number, body: string) =>
      `(() => { const b = Buffer.from(${body}); const h = Buffer.alloc(5); h.writeUInt32BE(1 + b.length); h[4] = ${type}; return Buffer.concat([h, b]); })()`;
    const seen = await victims.beside(() =>
      attack(`${channel};
        for (const f of [${frame(16, '[]')}, ${frame(17, '[]')}, ${frame(18, `[1, 65, 66]`)}, ${frame(19, `[0, 0, 255, 255, 0, 0, 0, 0, 49]`)}, ${frame(19, '[]')}, ${frame(20, '[0, 0]')}, ${frame(20, '[9, 9, 9, 9, 1, 255]')}, ${frame(21, '[0xff, 0xfe, 10]')}]) channel.write(f);
        await pause(100); return 'mine'`),
    );
    assert.equal(answerOf(seen), 'mine');
    // an answer before its time is the function's own affair; the true one that follows is late
    const early = await attack(
      `${channel}; const b = Buffer.alloc(14); b.writeUInt32BE(10); b[4] = 19; for (let seq = 1; seq < 100; seq++) { b.writeUInt32BE(seq, 5); b[13] = 55; channel.write(b); } await pause(50); return 'late'`,
    );
    assert.equal(answerOf(early), 7);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.notEqual(answerOf(await attack('return calls')), 'late');
  });

  test('a second runtime on the same channel is not let in', async () => {
    const seen = await victims.beside(() =>
      attack(`const s = require('net').connect('/run/dalamb/channel.sock'); let got = '';
        s.on('data', (d) => { got += d; }).on('error', () => {}); s.write(Buffer.from([0, 0, 0, 1, 16])); await pause(300); return [got, s.destroyed || s.readyState]`),
    );
    assert.equal(answerOf<[string]>(seen)[0], '');
    await works();
  });

  test('a timeout ends all of it: children, daemons, timers, who ignores SIGTERM', async () => {
    answerOf(await attack(`require('fs').writeFileSync('/tmp/beats', '')`));
    const seen = await victims.beside(() =>
      attack(`process.on('SIGTERM', () => {}); process.on('SIGINT', () => {});
        require('child_process').spawn('/bin/sh', ['-c', 'trap "" TERM HUP INT; while :; do echo x >> /tmp/beats; sleep 0.05; done'], { detached: true, stdio: 'ignore' }).unref();
        sh("setsid sh -c 'trap \\"\\" TERM HUP; (while :; do echo d >> /tmp/beats; sleep 0.05; done) &' >/dev/null 2>&1 </dev/null");
        setInterval(() => require('fs').appendFileSync('/tmp/beats', 't'), 50); await pause(60000)`),
    );
    assertPlatformError(seen, 'Sandbox.Timedout', 'Task timed out after 3.00 seconds');
    assert.ok(seen.ms < 20_000);
    const size = async () => answerOf<number>(await attack(`return require('fs').statSync('/tmp/beats').size`));
    const first = await size();
    assert.ok(first > 20, 'it was there');
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(await size(), first, 'it is gone');
    assert.match(seen.tail, / Task timed out after 3\.00 seconds/);
  });

  test('what runs on after the answer is frozen, and its late answers count for nothing', async () => {
    answerOf(
      await attack(
        `globalThis.beats = 0; setInterval(() => globalThis.beats++, 10); setTimeout(() => console.log('a late line'), 5); return 'first'`,
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 800));
    assert.ok(answerOf<number>(await attack('return globalThis.beats')) < 40);
    await works();
  });

  test('init that exits, throws, or never ends is tried again by its call, and told', async () => {
    const make = async (name: string, source: string, Timeout: number) => {
      await deploy(victims.of, name, await zipOf({ 'index.js': `${source}\nexports.handler = async () => 1;` }), {
        Role: victims.role,
        Timeout,
      });
      return async () => {
        const began = Date.now();
        const answer = await victims.of.lambda.invoke({ FunctionName: name, LogType: 'Tail', Payload: '{}' });
        return {
          requestId: answer.$metadata.requestId!,
          error: answer.FunctionError,
          payload: JSON.parse(answer.Payload!.transformToString()),
          tail: Buffer.from(answer.LogResult!, 'base64').toString(),
          ms: Date.now() - began,
        };
      };
    };
    const [exits, throws, endless, spins] = await Promise.all([
      make('init-exits', 'process.exit(4);', 3),
      make('init-throws', `throw new TypeError('not today');`, 3),
      make(
        'init-endless',
        `require('fs').writeFileSync('/tmp/tried', ''); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
        2,
      ),
      make(
        'init-second',
        `const f = '/tmp/once'; const fs = require('fs'); if (!fs.existsSync(f)) { fs.writeFileSync(f, ''); for (;;); }`,
        3,
      ),
    ]);
    const [exited, thrown, overdue, recovered] = await victims.beside(() => Promise.all([exits(), throws(), endless(), spins()]));
    assertPlatformError(exited, 'Runtime.ExitError', 'Runtime exited with error: exit status 4');
    assert.equal(thrown.error, 'Unhandled');
    assert.match(JSON.stringify(thrown.payload), /"errorType":"TypeError","errorMessage":"not today"/);
    assertPlatformError(overdue, 'Sandbox.Timedout', 'Task timed out after 2.00 seconds');
    assert.ok(overdue.ms > 11_500 && overdue.ms < 30_000, `${overdue.ms}: 10 s of init, then the function's own 2 s`);
    assert.equal(answerOf(recovered), 1);
    await victims.logged('init-endless', /^INIT_REPORT Init Duration: (9999|1\d{4})\.\d\d ms\tPhase: init\tStatus: timeout/);
    await victims.logged('init-exits', /^INIT_REPORT .*Status: error\tError Type: Runtime.ExitError/);
  });
});

const PYTHON = `
import os, json, socket, threading, time, sys
def channel():
    return next(int(n) for n in os.listdir("/proc/self/fd") if int(n) > 2 and os.readlink("/proc/self/fd/" + n).startswith("socket:"))
calls = 0
def handler(event, context):
    global calls
    calls += 1
    scope = {"calls": calls, "context": context}
    exec(event["code"], globals(), scope)
    return scope.get("answer")
`;
const pythons = ['3.14', '3.13', '3.12', '3.11', '3.10', '3.9'].filter((version) => fs.existsSync(`/usr/bin/python${version}`));

suite('Python functions that break the rules', {
  skip: ociMissing ?? (pythons.length === 0 && 'no /usr/bin/python3.x here'),
  timeout: 60_000,
}, () => {
  let victims: Victims;
  let attack: (code: string) => ReturnType<Attacker>;
  before(async () => {
    victims = await startVictims();
    await deploy(victims.of, 'snake', await zipOf({ 'index.py': PYTHON }), {
      Role: victims.role,
      Runtime: `python${pythons[0]}` as never,
      MemorySize: 512,
      Timeout: 5,
    });
    attack = (code) => attackFunction(victims.of, 'snake', code);
  });
  after(() => victims?.stop());

  test('threads that log while a large answer leaves do not spoil it', async () => {
    const seen = await victims.beside(() =>
      attack(`
def shout():
    for n in range(300): print("shout", n, "x" * 5000)
for _ in range(4): threading.Thread(target=shout, daemon=True).start()
answer = "y" * 3000000`),
    );
    assert.equal(answerOf<string>(seen).length, 3_000_000);
    assert.equal(answerOf(await attack('answer = calls')), 2, 'the same process');
  });

  test('a line of 10 MB, a huge error, and an answer that is too large leave the process as it is', async () => {
    answerOf(
      await victims.beside(() =>
        attack(
          'print("z" * 10000000); import logging; logging.getLogger().error("w" * 10000000); sys.stdout.write("v" * 7000000)',
        ),
      ),
    );
    const large = {
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      errorType: 'Function.ResponseSizeTooLarge',
    };
    for (const code of ['answer = "x" * 7000000', 'raise Exception("x" * 7000000)'])
      assert.deepEqual((await attack(code)).payload, large, code);
    assert.equal(answerOf(await attack('answer = calls')), 6);
  });

  test('exits, signals, garbage on the channel and memory are named as in every runtime', async () => {
    for (const [code, type, text] of [
      ['os._exit(9)', 'Runtime.ExitError', 'Runtime exited with error: exit status 9'],
      ['sys.exit(0)', 'Runtime.ExitError', exited],
      ['os.kill(os.getpid(), 9)', 'Runtime.ExitError', killed],
      ['import ctypes; ctypes.string_at(0)', 'Runtime.ExitError', 'Runtime exited with error: signal: segmentation fault'],
      ['answer = len(bytearray(2 << 30))', 'Runtime.OutOfMemory', killed],
    ] as const) {
      assertPlatformError(await victims.beside(() => attack(code)), type, text);
      assert.equal(answerOf(await attack('answer = calls')), 1);
    }
    const garbage = await victims.beside(() => attack('os.write(channel(), b"\\xff" * 100000); time.sleep(60)'));
    assert.match(JSON.stringify(garbage.payload), /Runtime\.ExitError/);
    assert.equal(answerOf(await attack('answer = calls')), 1);
  });
});
