import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Builds a Go function for OS-only runtimes; undefined when there is no Go here (or its modules cannot be had). */
export async function buildGo(folder: string): Promise<Buffer | undefined> {
  const out = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-go-'));
  const args = ['build', '-trimpath', '-tags', 'lambda.norpc', '-ldflags=-s -w', '-o', path.join(out, 'bootstrap'), '.'];
  try {
    await run('go', args, {
      cwd: path.join(import.meta.dirname, 'functions', folder),
      env: { ...process.env, CGO_ENABLED: '0' },
    });
    return await fs.readFile(path.join(out, 'bootstrap'));
  } catch {
    return undefined;
  } finally {
    await fs.rm(out, { recursive: true, force: true });
  }
}
