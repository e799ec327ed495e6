import assert from 'node:assert/strict';
import { createSecretBox, randomIds, type StoredEvent, silentLogger, systemClock } from '../../src/kernel/index.ts';
import {
  type OpenMetrics,
  type OperationContext,
  type Principal,
  type PutItem,
  snsTopic,
  type TopicMessage,
} from '../../src/model/index.ts';
import { schema, snsService } from '../../src/services/sns/index.ts';
import { openStore } from '../../src/store/index.ts';
import { manualClock } from './clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from './platform.ts';
import { ACCOUNT, type Answer, contextOf } from './s3-room.ts';

export type SnsRoom = Awaited<ReturnType<typeof openSns>>;

/** A principal who signed nothing. */
export const nobody: Principal = { account: '', arn: '*', userId: 'anonymous', accessKeyId: '', kind: 'anonymous' };

export const arnOf = (name: string) => `arn:aws:sns:us-east-1:${ACCOUNT}:${name}`;
export const functionArn = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;
export const queueArn = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

/** The operations of SNS on a real store of their own, with a clock that stands still. */
export async function openSns({ canSendMail = true } = {}) {
  const directory = temporaryDirectory();
  const clock = manualClock();
  const all = { ...schema, topics: [snsTopic] };
  const store = await openStore({
    reserveBytes: SMALL_RESERVE,
    directory,
    schema: all,
    clock: systemClock,
    logger: silentLogger,
  });
  const box = createSecretBox([{ id: '00000000', key: new Uint8Array(32) }]);
  /** `metric value`, in order. */
  const counted: string[] = [];
  const openMetrics: OpenMetrics = () => (_resource, metric, value) => void counted.push(`${metric} ${value}`);
  const service = snsService({ store, clock, ids: randomIds, logger: silentLogger, box, canSendMail, openMetrics });
  const events = () => store.read.events(snsTopic.name, 0, 1, 1000) as Promise<(StoredEvent & { body: TopicMessage })[]>;
  return {
    service,
    counted,
    store,
    clock,
    /** Runs an operation as the root of ACCOUNT in us-east-1. */
    call: (operation: string, input: object = {}, context: Partial<OperationContext> = {}) =>
      service.operations[operation]!(input as never, contextOf({ now: clock.now(), ...context })) as Promise<Answer>,
    /** All messages accepted so far. */
    events,
    last: async () => {
      const { next } = await store.read.bounds(snsTopic.name, 0);
      const [newest] = await store.read.events(snsTopic.name, 0, next - 1, 1);
      return newest as StoredEvent & { body: TopicMessage };
    },
    put: (arn: string, item: Partial<PutItem> & Pick<PutItem, 'caller'>) =>
      store.transact((tx) => service.putInto(tx, arn, { id: randomIds.uuid(), body: 'put', time: clock.now(), ...item })),
    /** The attributes of a topic. */
    topic: async (arn: string) =>
      (
        (await service.operations.GetTopicAttributes!({ TopicArn: arn } as never, contextOf())) as {
          Attributes: Record<string, string>;
        }
      ).Attributes,
    async close() {
      await store.close();
      removeDirectory(directory);
    },
  };
}

/** Asserts that what SNS refuses as invalid is refused with this text. */
export function invalid(message: string | RegExp) {
  return (error: Error & { code?: string }) => {
    assert.equal(error.code, 'InvalidParameterException', error.message);
    if (typeof message === 'string') assert.equal(error.message, `Invalid parameter: ${message}`);
    else assert.match(error.message, message);
    return true;
  };
}
