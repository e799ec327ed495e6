import { execFile, execFileSync } from 'node:child_process';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Why tests of the AWS command line cannot run here; false when they can. */
export const noAwsCli: string | false = (() => {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'no AWS CLI (aws) on this machine';
  }
})();

/** The AWS command line as a person runs it: exit code and both outputs, never rejecting. */
export function awsShell(url: string, cwd: string) {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  };
  return (...args: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      execFile('aws', args, { env, cwd, maxBuffer: 2 ** 26, timeout: 60_000 }, (error, out, problem) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, error: problem });
      });
    });
}
