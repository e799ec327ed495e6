import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { root } from './platform.ts';

const run = promisify(execFile);

/** A zip of these files; values are contents. Mode 0755 for those named executable. */
export function zipOf(files: Readonly<Record<string, string | Buffer>>, executable: readonly string[] = []): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files))
    zip.addBuffer(Buffer.from(content), name, { mode: executable.includes(name) ? 0o100755 : 0o100644 });
  zip.end();
  return buffer(zip.outputStream as unknown as AsyncIterable<Buffer>);
}

/** The files of a zip by name, as texts. */
export async function unzipped(zip: Buffer): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const opened = await fromBufferPromise(zip, { lazyEntries: true });
  for await (const entry of opened.eachEntry())
    files[entry.fileName] = (await buffer((await opened.openReadStreamPromise(entry)) as AsyncIterable<Buffer>)).toString();
  return files;
}

/** A zip of a whole folder. */
export function zipFolder(folder: string): Promise<Buffer> {
  const zip = new ZipFile();
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (fs.statSync(file).isFile()) zip.addFile(file, path.relative(folder, file), { mode: fs.statSync(file).mode });
  }
  zip.end();
  return buffer(zip.outputStream as unknown as AsyncIterable<Buffer>);
}

export interface Built {
  readonly runtime: string;
  readonly handler: string;
  readonly zip: Buffer;
}

async function inCopyOf<T>(example: string, build: (folder: string) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-build-'));
  try {
    fs.cpSync(path.join(root, 'examples', example), folder, { recursive: true });
    return await build(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** examples/thumbnails/nodejs with its npm packages (sharp is native code). */
export function buildNodeExample(runtime = 'nodejs24.x'): Promise<Built> {
  return inCopyOf('thumbnails/nodejs', async (folder) => {
    await run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'], { cwd: folder });
    return { runtime, handler: 'index.handler', zip: await zipFolder(folder) };
  });
}

/** examples/thumbnails/python with Pillow and boto3 for that Python. */
export function buildPythonExample(runtime: string): Promise<Built> {
  return inCopyOf('thumbnails/python', async (folder) => {
    const target = ['--target', folder, '--python-version', runtime.replace('python', ''), '--only-binary=:all:'];
    await run('python3', [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-compile',
      ...target,
      '-r',
      path.join(folder, 'requirements.txt'),
    ]);
    return { runtime, handler: 'index.handler', zip: await zipFolder(folder) };
  });
}

/** examples/thumbnails/go as one static binary named bootstrap. */
export function buildGoExample(): Promise<Built> {
  return inCopyOf('thumbnails/go', async (folder) => {
    const out = path.join(folder, 'bootstrap');
    await run('go', ['build', '-trimpath', '-tags', 'lambda.norpc', '-ldflags=-s -w', '-o', out, '.'], {
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: '0' },
    });
    return {
      runtime: 'provided.al2023',
      handler: 'bootstrap',
      zip: await zipOf({ bootstrap: fs.readFileSync(out) }, ['bootstrap']),
    };
  });
}
