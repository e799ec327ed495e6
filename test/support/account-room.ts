import type { TestContext } from 'node:test';
import { createSecretBox, Failure, type Ids, randomIds, type StoreSchema, silentLogger } from '../../src/kernel/index.ts';
import {
  type OperationContext,
  type Principal,
  type PutItem,
  type PutTarget,
  type RecordedMetric,
  type RecordMetrics,
  topics,
} from '../../src/model/index.ts';
import { createObserve, schema as observeSchema } from '../../src/observe/index.ts';
import {
  createAuthorize,
  createCheckRole,
  createFindRole,
  createFindStoredKey,
  createIdentities,
  schema as iamSchema,
  iamService,
} from '../../src/services/iam/index.ts';
import { createReadLog, schema as logsSchema, logsService } from '../../src/services/logs/index.ts';
import { createFindKey, createIssueCredentials, stsService } from '../../src/services/sts/index.ts';
import { openStore } from '../../src/store/index.ts';
import { manualClock } from './clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from './platform.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read outputs of every shape
type Output = any;

export const ACCOUNT = '123456789012';
export const LAMBDA_TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** A policy document of one statement. */
export function allow(action: string | string[], resource = '*', more: object = {}): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource, ...more }] });
}

/** IAM, STS, logs and observe on a store of their own, with time that moves by hand. */
export async function accountRoom(t: TestContext) {
  const directory = temporaryDirectory();
  const clock = manualClock();
  const ids: Ids = randomIds;
  const collections = new Map(
    [...iamSchema.collections, ...logsSchema.collections, ...observeSchema.collections].map((one) => [one.name, one]),
  );
  const schema: StoreSchema = { collections: [...collections.values()], topics };
  const store = await openStore({ reserveBytes: SMALL_RESERVE, directory, schema, clock, logger: silentLogger });
  t.after(async () => {
    await store.close();
    removeDirectory(directory);
  });
  const box = createSecretBox([{ id: '00000001', key: new Uint8Array(32).fill(7) }]);
  const identities = createIdentities({ store, clock, ids, box });
  const findRole = createFindRole(identities);
  const findStoredKey = createFindStoredKey(identities);
  const authorize = createAuthorize(identities);
  /** What subscription filters reach: every function, and every stream; tests may change that. */
  const reach = {
    puts: [] as { target: PutTarget; item: PutItem }[],
    mayInvoke: (_arn: string, _service: string): boolean => true,
    put: async (target: PutTarget, item: PutItem): Promise<void> => void reach.puts.push({ target, item }),
  };
  const metrics: RecordedMetric[] = [];
  const recordMetrics: RecordMetrics = async (_tx, values) => void metrics.push(...values);
  const tables = {
    iam: iamService(identities),
    sts: stsService({ clock, ids, box, findRole, findStoredKey, authorize }),
    logs: logsService({
      ...{ store, clock, ids, checkRole: createCheckRole(identities), mayAct: async () => true },
      mayInvoke: async (arn, { service }) => reach.mayInvoke(arn, service),
      put: async (_tx, target, item) => void (await reach.put(target, item)),
      recordMetrics,
    }),
  };
  const readLog = createReadLog(store);
  const root: Principal = {
    account: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    userId: ACCOUNT,
    accessKeyId: 'test',
    kind: 'root',
  };
  const caller = (service: keyof typeof tables, principal: Principal) => {
    return async (operation: string, input: object = {}): Promise<Output> => {
      const context: OperationContext = {
        account: principal.account,
        region: 'eu-west-1',
        principal,
        requestId: 'r',
        now: clock.now(),
        sourceIp: '10.0.0.1',
        headers: {},
        endpoint: 'http://127.0.0.1:4566',
        trailers: () => ({}),
        signal: AbortSignal.timeout(10_000),
      };
      const run = tables[service].operations[operation] as unknown as (i: object, c: OperationContext) => Promise<Output>;
      return await run(input, context);
    };
  };
  return {
    store,
    clock,
    reach,
    /** What lines of logs embedded. */
    metrics,
    box,
    tables,
    root,
    authorize,
    checkRole: createCheckRole(identities),
    findKey: createFindKey({ clock, box, findRole, findStoredKey }),
    issueCredentials: createIssueCredentials({ clock, ids, box, findRole }),
    observe: createObserve({ store, clock, ids, logger: silentLogger, readLog, recordMetrics }),
    iam: caller('iam', root),
    sts: caller('sts', root),
    logs: caller('logs', root),
    as: (principal: Principal, service: keyof typeof tables) => caller(service, principal),
  };
}

export const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
export const policyArn = (name: string) => `arn:aws:iam::${ACCOUNT}:policy/${name}`;

/** For assert.rejects: this code, and a message that matches. */
export function refusal(code: string, message: RegExp = /./, status?: number) {
  return (error: unknown) =>
    error instanceof Failure &&
    error.code === code &&
    message.test(error.message) &&
    (status === undefined || error.status === status);
}
