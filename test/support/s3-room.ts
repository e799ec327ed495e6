import assert from 'node:assert/strict';
import {
  type Clock,
  isFailure,
  randomIds,
  type Store,
  type StoredEvent,
  silentLogger,
  systemClock,
} from '../../src/kernel/index.ts';
import {
  type MayInvoke,
  type ObjectChange,
  type OperationContext,
  objectTopic,
  type Principal,
  type Put,
} from '../../src/model/index.ts';
import { readObject, s3Service, schema } from '../../src/services/s3/index.ts';
import { openStore } from '../../src/store/index.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from './platform.ts';

export const ACCOUNT = '000000000000';
export const OTHER = '111111111111';

// biome-ignore lint/suspicious/noExplicitAny: answers are whatever the operation under test gives
export type Answer = Record<string, any>;

export type Call = (operation: string, input?: object, context?: Partial<OperationContext>) => Promise<Answer>;

export interface S3Room {
  /** Runs an operation as the root of ACCOUNT in us-east-1. */
  readonly call: Call;
  readonly access: ReturnType<typeof s3Service>['access'];
  readonly read: ReturnType<typeof readObject>;
  readonly store: Store;
  /** All changes announced so far. */
  events(): Promise<readonly (StoredEvent & { body: ObjectChange })[]>;
  close(): Promise<void>;
}

export interface S3Options {
  readonly mayInvoke?: MayInvoke;
  /** Where test events go; default nowhere. */
  readonly put?: Put;
  readonly clock?: Clock;
}

/** The operations of S3 on a real store of their own. */
export async function openS3({ mayInvoke, put, clock }: S3Options = {}): Promise<S3Room> {
  const directory = temporaryDirectory();
  const store = await openStore({ reserveBytes: SMALL_RESERVE, directory, schema, clock: systemClock, logger: silentLogger });
  const deps = {
    store,
    clock: clock ?? systemClock,
    ids: randomIds,
    logger: silentLogger,
    mayInvoke: mayInvoke ?? (async () => true),
    put: put ?? (async () => {}),
  };
  const service = s3Service(deps);
  return {
    call: (operation, input = {}, context = {}) =>
      service.operations[operation]!(input as never, contextOf(context)) as Promise<Answer>,
    access: service.access,
    read: readObject({ store }),
    store,
    events: () => store.read.events(objectTopic.name, 0, 1, 1000) as never,
    async close() {
      await store.close();
      removeDirectory(directory);
    },
  };
}

export function rootOf(account: string): Principal {
  return { account, arn: `arn:aws:iam::${account}:root`, userId: account, accessKeyId: 'test', kind: 'root' };
}

export function contextOf(given: Partial<OperationContext> = {}): OperationContext {
  return {
    account: ACCOUNT,
    region: 'us-east-1',
    principal: rootOf(ACCOUNT),
    requestId: 'REQUEST',
    now: Date.now(),
    sourceIp: '192.0.2.1',
    headers: {},
    endpoint: 'http://127.0.0.1:4566',
    trailers: () => ({}),
    signal: new AbortController().signal,
    ...given,
  };
}

/** Asserts that a call is refused with this code; resolves to the failure's status, message and fields. */
export async function refused(call: Promise<unknown>, code: string) {
  try {
    await call;
  } catch (error) {
    if (!isFailure(error)) throw error;
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`expected ${code}`);
}

export async function textOf(body: AsyncIterable<Uint8Array> | Uint8Array): Promise<string> {
  return (await bytesOf(body)).toString();
}

export async function bytesOf(body: AsyncIterable<Uint8Array> | Uint8Array): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
