import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Platform, root } from './platform.ts';

const run = promisify(execFile);

/** Runs an example's own deploy command against a platform, in a process of its own; resolves to what it printed. */
export async function deployExample({ url }: Platform, example: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, ...usual, AWS_ENDPOINT_URL: url };
  const { stdout } = await run(process.execPath, [path.join(root, 'examples', example, 'deploy.mjs'), ...args], { env });
  return stdout.trim();
}

/** `dalamb …` with that platform; resolves to what it printed. */
export async function dalamb({ url }: Platform, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    path.join(root, 'src/main.ts'),
    '--url',
    url,
    ...args,
  ]);
  return stdout;
}

export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

const usual = {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_REGION: 'us-east-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};
