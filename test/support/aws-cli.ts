import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type AwsCli = (...args: string[]) => Promise<unknown>;

/** The ordinary AWS command line, pointed at a platform with keys test/test; parses its JSON. Rejects with what it printed on stderr. */
export function awsCli(url: string, keys: { id: string; secret: string } = { id: 'test', secret: 'test' }): AwsCli {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: keys.id,
    AWS_SECRET_ACCESS_KEY: keys.secret,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  return async (...args) => {
    const { stdout } = await run('aws', ['--output', 'json', ...args], { env, maxBuffer: 64 * 1024 * 1024 });
    if (stdout.trim() === '') return undefined;
    try {
      return JSON.parse(stdout);
    } catch {
      return stdout;
    }
  };
}
