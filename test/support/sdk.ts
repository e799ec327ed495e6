import assert from 'node:assert/strict';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { IAM } from '@aws-sdk/client-iam';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { STS } from '@aws-sdk/client-sts';
import { zipOf } from './archives.ts';

/** Isolation does not matter to most of conformance, and plain processes start faster. */
export const PROCESS_DRIVER = '[sandbox]\ndriver = "process"\n';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** All SDK clients for one platform, one attempt a call. */
export function sdk(endpoint: string, credentials: Credentials = { accessKeyId: 'test', secretAccessKey: 'test' }) {
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  return {
    lambda: new Lambda(config),
    s3: new S3({ ...config, forcePathStyle: true }),
    iam: new IAM(config),
    sts: new STS(config),
    logs: new CloudWatchLogs(config),
  };
}

/** Asserts that a call of an SDK is refused with this name, status and (part of) text; resolves to the error. */
export async function refused(call: Promise<unknown>, name: string, text: string | RegExp = '', status?: number) {
  try {
    await call;
  } catch (error) {
    const seen = error as Error & { $metadata: { httpStatusCode: number } };
    assert.equal(seen.name, name, seen.message);
    if (text instanceof RegExp) assert.match(seen.message, text);
    else if (text !== '') assert.equal(seen.message, text);
    if (status !== undefined) assert.equal(seen.$metadata.httpStatusCode, status);
    return seen;
  }
  assert.fail(`expected ${name}`);
}

/** A zip with this code as index.mjs. */
export function moduleZip(code: string): Promise<Buffer> {
  return zipOf({ 'index.mjs': code });
}

/** Asks until there is an answer, at most ms. */
export async function eventually<T>(what: string, attempt: () => Promise<T | undefined>, ms = 10_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const found = await attempt();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what} did not come`);
}
