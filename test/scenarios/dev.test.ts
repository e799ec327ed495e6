import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { attach } from '../support/cdp.ts';
import { clients } from '../support/deploy.ts';
import { ociMissing } from '../support/invoke-room.ts';
import { type Platform, removeDirectory, root, startPlatform, temporaryDirectory } from '../support/platform.ts';

const PROCFILE = 'web: web.handler\n';
const WEB =
  "const text = require('./lib/text.js'); exports.handler = async () => { console.log(text); return process.env.A ?? text; };\n";

function shop(t: TestContext): string {
  const folder = path.join(temporaryDirectory(), 'shop');
  t.after(() => removeDirectory(path.dirname(folder)));
  fs.mkdirSync(path.join(folder, 'lib'), { recursive: true });
  const files = { Procfile: PROCFILE, 'package.json': '{"name":"shop"}', 'web.js': WEB, 'lib/text.js': text('one') };
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), content);
  return folder;
}

const text = (what: string) => `module.exports = ${JSON.stringify(what)};\n`;
const main = ['--disable-warning=ExperimentalWarning', path.join(root, 'src/main.ts')];

// biome-ignore lint/suspicious/noExplicitAny: what the command says, a document a line
type Event = any;

/** `dalamb dev --json` on a folder; next waits for an event of that kind which fits, behind those that were waited for. */
function develop(t: TestContext, { url }: Platform, folder: string, ...more: string[]) {
  const child: ChildProcess = spawn(process.execPath, [...main, 'dev', folder, '--json', '--url', url, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const events: Event[] = [];
  let rung = () => {};
  createInterface({ input: child.stdout! }).on('line', (line) => {
    events.push(JSON.parse(line));
    rung();
  });
  let at = 0;
  const next = async (kind: string, fits: (event: Event) => boolean = () => true): Promise<Event> => {
    const late = AbortSignal.timeout(60_000);
    for (;;) {
      for (; at < events.length; at++) if (events[at].event === kind && fits(events[at])) return events[at++];
      late.throwIfAborted();
      await new Promise<void>((resolve) => {
        rung = resolve;
        setTimeout(resolve, 1000).unref();
      });
    }
  };
  const end = async () => {
    child.kill('SIGINT');
    return (await once(child, 'exit'))[0];
  };
  return { next, end };
}

type Word = readonly [after: RegExp, type: string | (() => void)];

/** `node inspect`, told what a person would type (or do) once it says that; resolves to all that it printed. */
async function nodeInspect(port: number, words: readonly Word[]): Promise<string> {
  const child = spawn(process.execPath, ['inspect', `127.0.0.1:${port}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const left = [...words];
  let [out, seen] = ['', 0];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
    const said = left[0]?.[0].exec(out.slice(seen));
    if (!said) return;
    seen += said.index + said[0].length;
    const [, type] = left.shift()!;
    if (typeof type === 'string') child.stdin.write(`${type}\n`);
    else type();
  });
  const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await once(child, 'exit');
  clearTimeout(late);
  return out;
}

/** Another command line; resolves to what it printed. */
function dalamb({ url }: Platform, ...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const all = [...main, ...words, '--url', url, '--app', 'shop', '--env', 'dev'];
    execFile(process.execPath, all, { timeout: 60_000 }, (error, out, err) =>
      error ? reject(new RangeError(err)) : resolve(out),
    );
  });
}

test('a folder runs, and every save of it', { skip: ociMissing ?? false, timeout: 240_000 }, async (t) => {
  const platform = await startPlatform();
  t.after(() => platform.stop());
  const folder = shop(t);
  const write = (name: string, content: string) => fs.writeFileSync(path.join(folder, name), content);
  const session = develop(t, platform, folder, '--remove');
  const answer = async () => JSON.parse(await dalamb(platform, 'run', 'web'));

  const first = await session.next('swapped');
  assert.deepEqual([first.how, first.processes], ['built', [{ name: 'web', function: 'shop-web' }]]);
  assert.equal(await answer(), 'one');
  await session.next('log', ({ text: line, process }) => process === 'web' && /\tone$/.test(line));

  write('lib/text.js', text('two'));
  assert.equal((await session.next('swapped')).how, 'patched');
  assert.equal(await answer(), 'two');

  write('web.js', WEB.replace('./lib/text.js', './lib/new.js'));
  write('lib/new.js', text('new'));
  await session.next('swapped', ({ how }) => how === 'patched');
  assert.equal(await answer(), 'new');

  fs.rmSync(path.join(folder, 'lib/text.js'));
  await session.next('swapped', ({ changed }) => changed.includes('lib/text.js'));
  assert.equal(await answer(), 'new');
  write('web.js', "exports.handler = async () => require('node:fs').readdirSync(__dirname + '/lib');\n");
  assert.equal((await session.next('swapped')).how, 'patched');
  assert.deepEqual(await answer(), ['new.js']);
  write('web.js', WEB.replace('./lib/text.js', './lib/new.js'));
  await session.next('swapped');

  write('Procfile', 'web web.handler\n');
  assert.match((await session.next('failed')).error.message, /Procfile/);
  assert.equal(await answer(), 'new');

  write('Procfile', `${PROCFILE}mail: web.handler\n`);
  assert.deepEqual((await session.next('swapped', ({ how }) => how === 'built')).processes.length, 2);
  assert.equal(JSON.parse(await dalamb(platform, 'run', 'mail')), 'new');

  const { lines } = JSON.parse(await dalamb(platform, 'logs', '--json'));
  assert.deepEqual([...new Set(lines.map((line: { process: string }) => line.process))].sort(), ['mail', 'web']);
  const said = lines.flatMap((line: { text: string }) => /\tINFO\t(.*)$/.exec(line.text)?.[1] ?? []);
  assert.deepEqual([said[0], said[1], said.at(-1)], ['one', 'two', 'new']);
  assert.match(await dalamb(platform, 'ps'), /mail +shop-mail\n/);

  await dalamb(platform, 'config:set', 'A=set');
  write('lib/new.js', text('newer'));
  await session.next('swapped');
  assert.equal(await answer(), 'set');

  assert.equal(await session.end(), 0);
  const account = JSON.parse(await dalamb(platform, 'env', '--json')).environments.find(
    (one: { name: string }) => one.name === 'dev',
  ).account;
  const { lambda } = clients(platform.url, { accessKeyId: account, secretAccessKey: 'test' });
  assert.deepEqual((await lambda.listFunctions()).Functions, []);
});

test('a platform that was away gets the folder again with the next save', {
  skip: ociMissing ?? false,
  timeout: 240_000,
}, async (t) => {
  const directory = temporaryDirectory();
  t.after(() => removeDirectory(directory));
  const first = await startPlatform({ directory });
  const folder = shop(t);
  const session = develop(t, first, folder);
  await session.next('swapped');
  await first.kill();
  fs.writeFileSync(path.join(folder, 'lib/text.js'), text('later'));
  assert.equal((await session.next('failed')).error.code, 'Unreachable');
  const again = await startPlatform({ directory, args: ['--bare', '--port', new URL(first.url).port] });
  t.after(() => again.stop());
  assert.equal((await session.next('swapped')).how, 'built');
  assert.equal(JSON.parse(await dalamb(again, 'run', 'web')), 'later');
  assert.equal(await session.end(), 0);
});

test('debuggers attach to what is developed, before and after a save', {
  skip: ociMissing ?? false,
  timeout: 120_000,
}, async (t) => {
  const platform = await startPlatform();
  t.after(() => platform.stop());
  const folder = shop(t);
  const code = (what: string) =>
    `exports.handler = async (event) => {\n  const whom = event.name ?? 'nobody';\n  return '${what} ' + whom;\n};\n`;
  fs.writeFileSync(path.join(folder, 'web.js'), code('hello'));
  const session = develop(t, platform, folder, '--inspect=0', '--remove');
  await session.next('swapped');
  const { process: name, port } = await session.next('debugger');
  assert.equal(name, 'web');
  const answer = async () => JSON.parse(await dalamb(platform, 'run', 'web', '{"name":"ann"}'));

  const debugging = await attach(port);
  await debugging.send('Debugger.setBreakpointByUrl', { urlRegex: '.*/var/task/web\\.js$', lineNumber: 2 });
  const stopped = answer();
  const { callFrames } = await debugging.event('Debugger.paused');
  const frame = { callFrameId: callFrames[0].callFrameId };
  assert.equal((await debugging.send('Debugger.evaluateOnCallFrame', { ...frame, expression: 'whom' })).result.value, 'ann');
  await debugging.send('Debugger.setVariableValue', {
    ...frame,
    scopeNumber: 0,
    variableName: 'whom',
    newValue: { value: 'bob' },
  });
  await debugging.send('Debugger.stepOver');
  await debugging.event('Debugger.paused');
  await debugging.send('Debugger.resume');
  assert.equal(await stopped, 'hello bob');

  fs.writeFileSync(path.join(folder, 'web.js'), code('goodbye'));
  assert.equal((await session.next('swapped')).how, 'patched');
  await debugging.closed;
  let said: Promise<string> | undefined;
  const printed = await nodeInspect(port, [
    [/debug> /, "setBreakpoint('web.js', 3)"],
    [
      /> 3 [\s\S]*debug> /,
      () => {
        said = answer();
      },
    ],
    [/break in .*:3\n[\s\S]*debug> /, "exec('whom')"],
    [/'ann'/, '.exit'],
  ]);
  assert.match(printed, /> 3 {3}return 'goodbye ' \+ whom;[\s\S]*'ann'/);
  assert.equal(await said, 'goodbye ann', 'who leaves lets it go on');

  const { entries } = JSON.parse(await dalamb(platform, 'audit', '--json'));
  assert.ok(entries.some(({ action, detail }: Event) => action === 'dev:inspect' && detail === 'web'));
  assert.equal(await session.end(), 0);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/json`));
});
