import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { awsShell, type Ran } from '../support/aws-shell.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { PROCESS_DRIVER } from '../support/sdk.ts';

export interface AwsCommands {
  /** Of the platform. */
  readonly url: string;
  /** Where the commands run. */
  readonly folder: string;
  /** A path below the folder. */
  file(name: string): string;
  /** Never rejects. */
  run(...args: string[]): Promise<Ran>;
  /** What a command prints. Fails when the command does. */
  text(...args: string[]): Promise<string>;
  /** The same as JSON; an empty object for nothing. */
  // biome-ignore lint/suspicious/noExplicitAny: outputs of every shape
  json(...args: string[]): Promise<any>;
}

/** The AWS command line in a folder of its own, against a platform that runs while the tests of the file do that asks for it. */
export function awsCommands(): AwsCommands {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-aws-cli-'));
  let platform: Platform;
  before(async () => {
    platform = await startPlatform({ config: PROCESS_DRIVER });
  });
  after(async () => {
    await platform?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const run = (...args: string[]) => awsShell(platform.url, folder)(...args);
  const text = async (...args: string[]) => {
    const { code, out, error } = await run(...args);
    assert.equal(code, 0, `aws ${args.join(' ')}: ${error}${out}`);
    return out;
  };
  return {
    get url() {
      return platform.url;
    },
    folder,
    file: (name) => path.join(folder, name),
    run,
    text,
    async json(...args) {
      const out = await text(...args);
      return out.trim() === '' ? {} : JSON.parse(out);
    },
  };
}
