import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { digestOf, type TarEntry, tarOf } from './ecr-room.ts';
import { freePort } from './free-port.ts';

const execute = promisify(execFile);

/** Why tests with these programs are left out; false when all are there. */
export function lacking(...programs: readonly string[]): string | false {
  const missing = programs.filter((program) => {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`]);
      return false;
    } catch {
      return true;
    }
  });
  return missing.length > 0 && `${missing.join(', ')} not installed`;
}

/** Runs a program to its end, with nothing of the user's own settings. Rejects with what it said on stderr. */
export async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    HOME: cwd,
    XDG_RUNTIME_DIR: cwd,
    TMPDIR: cwd,
  };
  const { stdout } = await execute(program, args, { cwd, env, timeout: 60_000, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** An image as `docker save` writes it, of layers of files. */
export async function dockerArchive(...layers: readonly (readonly TarEntry[])[]): Promise<Buffer> {
  const tars = await Promise.all(layers.map((entries) => tarOf(...entries)));
  const config = JSON.stringify({
    os: 'linux',
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    config: { Entrypoint: ['/bin/app'], Cmd: ['serve'], Env: ['A=1'], WorkingDir: '/srv' },
    rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
  });
  const name = `${digestOf(config).slice(7)}.json`;
  const names = tars.map((bytes, i) => `${i}-${digestOf(bytes).slice(7)}/layer.tar`);
  return tarOf({ name, content: config }, ...tars.map((content, i) => ({ name: names[i]!, content })), {
    name: 'manifest.json',
    content: JSON.stringify([{ Config: name, RepoTags: ['some/app:1'], Layers: names }]),
  });
}

/** htpasswd of `u` and `secret`. */
const PASSWORDS = 'u:$2b$04$4.QxosjKcyr5NIZgVTZSle4Qe1xyDXkrdZ8EDhJTzAAgq36FRjui6\n';

/** CNCF's registry without TLS, on loopback or at another address of this machine. */
export async function startRegistry(
  directory: string,
  { login = false, address = '127.0.0.1' } = {},
): Promise<{ readonly host: string; readonly stop: () => void }> {
  const port = await freePort(address);
  const host = `${address}:${port}`;
  fs.writeFileSync(path.join(directory, 'htpasswd'), PASSWORDS);
  const lines = [
    'version: 0.1',
    'log: {level: error}',
    `storage: {filesystem: {rootdirectory: ${directory}/data}}`,
    `http: {addr: "${host}"}`,
    ...(login ? [`auth: {htpasswd: {realm: r, path: ${directory}/htpasswd}}`] : []),
  ];
  fs.writeFileSync(path.join(directory, 'registry.yml'), lines.join('\n'));
  const child = spawn('docker-registry', ['serve', path.join(directory, 'registry.yml')], { stdio: 'ignore' });
  await once(child, 'spawn');
  for (let tries = 0; ; tries++) {
    const status = await fetch(`http://${host}/v2/`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status !== 0) break;
    if (tries > 200 || child.exitCode !== null) throw new TypeError('the registry did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { host, stop: () => void child.kill() };
}
