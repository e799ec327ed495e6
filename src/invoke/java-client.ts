import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fail } from '../kernel/index.ts';

/**
 * AWS's runtime client for Java (Apache-2.0) and what it needs, by their paths in a Maven repository (decision 16). Whatever brings them, only
 * these bytes are used.
 */
const FILES: readonly (readonly [path: string, sha256: string])[] = [
  [
    'com/amazonaws/aws-lambda-java-runtime-interface-client/2.9.0/aws-lambda-java-runtime-interface-client-2.9.0.jar',
    '26568a5f63bf9e921567e77661be425650abc8972bae2aa0b7e99bab4e4239d9',
  ],
  [
    'com/amazonaws/aws-lambda-java-core/1.4.0/aws-lambda-java-core-1.4.0.jar',
    '575c24393cc1ad645e83e618956eabd89ffe8cc09efae2cb62bc6589154d68ed',
  ],
  [
    'com/amazonaws/aws-lambda-java-serialization/1.2.0/aws-lambda-java-serialization-1.2.0.jar',
    '1513c1f945a3213f916a4b2de1760c97b51d84d110f82bbbcf9cfac53d5651e7',
  ],
  [
    'software/amazon/awssdk/annotations/2.34.0/annotations-2.34.0.jar',
    'fafdcb55f4e5af603f5219f4a2b080aa0decb562a7c0944f7a7eca82dd47e487',
  ],
  [
    'software/amazon/awssdk/utils-lite/2.34.0/utils-lite-2.34.0.jar',
    'efaf784f07ae526f0b5c89d71ef21cf16636131c47d44616e3df9bedc3f4f89a',
  ],
];

export interface JavaClient {
  /** Has the files, once prepared. */
  readonly directory: string;
  /** Fetches what is not there; at once from then on. Rejects with SandboxUnavailable, whose message says what to do. */
  readonly prepare: () => Promise<void>;
}

/** What is at an address, wholly; rejects with a message for people. */
export type Download = (url: string) => Promise<Uint8Array>;

export interface JavaClientOptions {
  /** Absolute; made when missing. Files that somebody else put there are as good, if they are the same. */
  readonly directory: string;
  /** The same for people, where it has another name for them. */
  readonly directoryName: string;
  /** A Maven repository: `https://repo1.maven.org/maven2`. */
  readonly repository: string;
  readonly download: Download;
}

export function createJavaClient(options: JavaClientOptions): JavaClient {
  let ready: Promise<void> | undefined;
  const prepare = () => {
    ready ??= obtain(options).catch((error) => {
      ready = undefined; // the next one may have more luck
      throw refusal(options, error);
    });
    return ready;
  };
  return { directory: options.directory, prepare };
}

/** What a killed process had not renamed. */
const HALF = /\.jar\.\d+$/;

async function obtain({ directory, repository, download }: JavaClientOptions): Promise<void> {
  await fs.mkdir(directory, { recursive: true });
  await readable(directory, 0o755);
  for (const name of await fs.readdir(directory)) if (HALF.test(name)) await fs.rm(path.join(directory, name), { force: true });
  for (const [name, sha256] of FILES) {
    const file = path.join(directory, path.basename(name));
    const known = await fs.readFile(file).catch(() => undefined);
    if (known && sumOf(known) === sha256) {
      await readable(file, 0o644);
      continue;
    }
    const bytes = await download(`${repository.replace(/\/+$/, '')}/${name}`);
    if (sumOf(bytes) !== sha256) throw unavailable(`${name} is not there as it was published`);
    const beside = `${file}.${process.pid}`;
    await fs.writeFile(beside, bytes);
    await readable(beside, 0o644);
    await fs.rename(beside, file);
  }
}

/** By users of sandboxes, whatever this process makes by default. Who owns it may have seen to it. */
async function readable(file: string, mode: number): Promise<void> {
  const { mode: now } = await fs.stat(file);
  if ((now & mode) !== mode) await fs.chmod(file, mode);
}

const sumOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const unavailable = (message: string, cause?: unknown) => fail('SandboxUnavailable', message, { status: 503, cause });

function refusal({ directoryName, repository }: JavaClientOptions, error: unknown) {
  const names = FILES.map(([name]) => path.basename(name)).join(', ');
  return unavailable(
    `Java functions need AWS's runtime client, which could not be had from ${repository}: ${(error as Error).message}. Let this platform reach a Maven repository ([build] allow; MAVEN_MIRROR_URL in [build] environment names another), or put ${names} into ${directoryName}`,
    error,
  );
}
