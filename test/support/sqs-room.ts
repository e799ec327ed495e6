import type { Message } from '@aws-sdk/client-sqs';
import { platformFailure, randomIds, type Store, silentLogger, type Transaction } from '../../src/kernel/index.ts';
import type { MayAct, OpenMetrics, OperationContext } from '../../src/model/index.ts';
import { type SqsService, schema, sqsService } from '../../src/services/sqs/index.ts';
import { openStore } from '../../src/store/index.ts';
import { type ManualClock, manualClock } from './clock.ts';
import { removeDirectory, SMALL_RESERVE, temporaryDirectory } from './platform.ts';
import { ACCOUNT, type Answer, type Call, contextOf } from './s3-room.ts';

export { contextOf, OTHER, refused, rootOf } from './s3-room.ts';

export interface SqsRoom {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly service: SqsService;
  /** Runs an operation as the root of ACCOUNT in us-east-1, at the clock's time. */
  readonly call: Call;
  /** Makes a queue and resolves to its URL. */
  create(name: string, attributes?: Record<string, string>): Promise<string>;
  /** Receives with all attributes. */
  receive(url: string, input?: object, context?: Partial<OperationContext>): Promise<Message[]>;
  /** Visible, in flight, delayed. */
  backlog(url: string): Promise<[number, number, number]>;
  /** Resolves when all calls under way are answered, or wait. */
  quiet(): Promise<void>;
  /** Starts what works behind. */
  start(): Promise<void>;
  /** From now on, or not any more, the store refuses what needs room. */
  fill(full: boolean): void;
  close(): Promise<void>;
}

/** The operations of SQS on a real store of their own, with a clock that moves only when told to. */
export async function openSqs(mayAct: MayAct = async () => false, openMetrics?: OpenMetrics): Promise<SqsRoom> {
  const directory = temporaryDirectory();
  const clock = manualClock();
  const disk = { full: false };
  const store = fillable(await openStore({ reserveBytes: SMALL_RESERVE, directory, schema, clock, logger: silentLogger }), disk);
  const counting = openMetrics ? { openMetrics } : {};
  const service = sqsService({ store, clock, ids: randomIds, logger: silentLogger, mayAct, ...counting });
  const call: Call = (operation, input = {}, context = {}) => {
    const known = contextOf({ now: clock.now(), ...context });
    return service.operations[operation]!(input as never, known) as Promise<Answer>;
  };
  return {
    clock,
    store,
    service,
    call,
    async create(name, attributes = {}) {
      const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
      return (await call('CreateQueue', { QueueName: name, Attributes: { ...fifo, ...attributes } })).QueueUrl;
    },
    async receive(url, input = {}, context = {}) {
      const all = { MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'], MaxNumberOfMessages: 10 };
      return (await call('ReceiveMessage', { QueueUrl: url, ...all, ...input }, context)).Messages ?? [];
    },
    async backlog(url) {
      const { Attributes } = await call('GetQueueAttributes', { QueueUrl: url, AttributeNames: ['All'] });
      const names = ['', 'NotVisible', 'Delayed'];
      return names.map((name) => Number(Attributes[`ApproximateNumberOfMessages${name}`])) as [number, number, number];
    },
    async quiet() {
      for (let i = 0; i < 4; i++) {
        await store.transact(async () => {});
        await clock.advance(0);
      }
    },
    async start() {
      for (const worker of service.background) await worker.start();
    },
    fill(full) {
      disk.full = full;
    },
    async close() {
      for (const worker of service.background) await worker.stop(AbortSignal.timeout(1000));
      await store.close();
      removeDirectory(directory);
    },
  };
}

/** A store that refuses puts while the disk is full, as the real one does. */
function fillable<S extends Store>(store: S, disk: { readonly full: boolean }): S {
  const put: Transaction['put'] = () => Promise.reject(platformFailure('StoreFull'));
  const refusing = (tx: Transaction) =>
    disk.full ? new Proxy(tx, { get: (of, name) => (name === 'put' ? put : bound(of, name)) }) : tx;
  const transact: Store['transact'] = (fn) => store.transact((tx) => fn(refusing(tx)));
  return new Proxy(store, { get: (of, name) => (name === 'transact' ? transact : bound(of, name)) });
}

function bound(of: object, name: string | symbol): unknown {
  const value = Reflect.get(of, name, of);
  return typeof value === 'function' ? value.bind(of) : value;
}

export function arnOf(name: string, account = ACCOUNT): string {
  return `arn:aws:sqs:us-east-1:${account}:${name}`;
}

export function bodies(messages: readonly Message[]): (string | undefined)[] {
  return messages.map(({ Body }) => Body);
}
