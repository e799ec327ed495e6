'use strict';
/**
 * Runs inside a build's sandbox: takes files over the channel, runs the commands that it is told, sends back what they made. Knows no
 * language. Started as `builder.cjs CHANNEL WORK`.
 */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { frameWriter, readFrames } = require('./frames.cjs');
const { sendTree } = require('./collect.cjs');

const [channel, work] = process.argv.slice(2);
const FULL_BYTES = 1024 * 1024;

async function main() {
  const socket = net.connect(channel);
  const to = frameWriter(socket);
  fs.mkdirSync(process.env.HOME, { recursive: true });
  fs.mkdirSync(work, { recursive: true });
  const frames = readFrames(socket);
  try {
    const { steps, collect } = await takeFiles(frames);
    for (const step of steps) await run(step);
    for (const { from, to: name, ...choice } of collect) await sendTree(to, { ...choice, from: path.join(work, from), name });
    await to.message({ done: true });
  } catch (error) {
    await to.message({
      failed: { ...(error.failed ?? { step: String(error.message), code: 1 }), ...(isFull(error) && { full: true }) },
    });
  }
  socket.end();
}

/** Until the platform says go. */
async function takeFiles(frames) {
  for (;;) {
    const { value } = await frames.next();
    if (value === undefined) process.exit(1);
    const { message } = value;
    if (message.go) return message.go;
    const file = path.join(work, message.file);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (message.kind === 'link') fs.symlinkSync((await contentOf(frames, message.size)).toString(), file);
    else await writeFile(frames, file, message);
  }
}

async function contentOf(frames, size) {
  const chunks = [];
  for (let left = size; left > 0; left -= chunks.at(-1).length) chunks.push((await frames.next()).value.bytes);
  return Buffer.concat(chunks);
}

async function writeFile(frames, file, { size, executable }) {
  const fd = fs.openSync(file, 'wx', executable ? 0o755 : 0o644);
  try {
    for (let left = size; left > 0; ) {
      const { bytes } = (await frames.next()).value;
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at);
      left -= bytes.length;
    }
  } finally {
    fs.closeSync(fd);
  }
}

async function run({ say, argv, env, needs, mayNeed }) {
  const lacks = async (need) => need && (await ended(spawnOf(need.probe, env, 'ignore'))).code !== 0;
  if (await lacks(needs)) throw failed({ step: say, hint: needs.hint });
  process.stdout.write(`$ ${say}\n`);
  const { code, signal } = await ended(spawnOf(argv, env, 'inherit'));
  if (code === 0) return;
  throw failed({ step: say, code, signal, ...((await lacks(mayNeed)) && { advice: mayNeed.hint }) });
}

function spawnOf([program, ...args], env, output) {
  return spawn(program, args, { cwd: work, env: { ...process.env, ...env }, stdio: ['ignore', output, output] });
}

function ended(child) {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: 127, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

function failed(what) {
  return Object.assign(new Error(what.step), { failed: what });
}

function isFull(error) {
  if (error.code === 'ENOSPC') return true;
  const { bavail, bsize, ffree, files } = fs.statfsSync(work);
  return bavail * bsize < FULL_BYTES || (files > 0 && ffree === 0);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
