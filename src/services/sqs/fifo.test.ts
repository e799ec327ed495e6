import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { openSqs, type SqsRoom } from '../../../test/support/sqs-room.ts';
import { isFailure } from '../../kernel/index.ts';

let room: SqsRoom;
let queues = 0;
before(async () => {
  room = await openSqs();
});
after(() => room.close());

const WINDOW_MS = 300_000;

interface ModelMessage {
  readonly body: string;
  readonly group: string;
  readonly messageId: string;
  receives: number;
  until: number;
}

interface Held {
  readonly handle: string;
  readonly message: ModelMessage;
  readonly receives: number;
}

/** What a FIFO queue is: messages in order, a window of duplicates, and what is in flight. */
class Model {
  readonly messages: ModelMessage[] = [];
  readonly seen = new Map<string, { until: number; messageId: string }>();
  readonly held: Held[] = [];

  of(group: string): ModelMessage[] {
    return this.messages.filter((message) => message.group === group);
  }

  locked(group: string, now: number): boolean {
    return this.of(group).some(({ until }) => until > now);
  }

  available(now: number): number {
    return this.messages.filter(({ group }) => !this.locked(group, now)).length;
  }

  isHeld({ message, receives }: Held, now: number): boolean {
    return this.messages.includes(message) && message.receives === receives && message.until > now;
  }
}

interface Real {
  readonly url: string;
}

type Step = (model: Model, real: Real) => Promise<void>;

/** True when it was done; false when it was refused. */
async function done(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isFailure(error) && error.fault === 'caller') return false;
    throw error;
  }
}

const send =
  (group: string, id: string): Step =>
  async (model, { url }) => {
    const now = room.clock.now();
    const input = { QueueUrl: url, MessageBody: `${group} ${id} ${now}`, MessageGroupId: group, MessageDeduplicationId: id };
    const { MessageId } = await room.call('SendMessage', input);
    const known = model.seen.get(id);
    if (known && known.until > now) return assert.equal(MessageId, known.messageId);
    model.seen.set(id, { until: now + WINDOW_MS, messageId: MessageId });
    model.messages.push({ body: input.MessageBody, group, messageId: MessageId, receives: 0, until: 0 });
  };

const receive =
  (max: number, seconds: number): Step =>
  async (model, { url }) => {
    const now = room.clock.now();
    const got = await room.receive(url, { MaxNumberOfMessages: max, VisibilityTimeout: seconds });
    assert.equal(got.length, Math.min(max, model.available(now)));
    const taken: Held[] = got.map(({ MessageId, ReceiptHandle, Attributes }) => {
      const message = model.messages.find(({ messageId }) => messageId === MessageId);
      assert.ok(message, 'only what is in the queue is received');
      assert.ok(!model.locked(message.group, now), 'a group in flight is locked');
      assert.equal(Number(Attributes!.ApproximateReceiveCount), message.receives + 1);
      return { handle: ReceiptHandle!, message, receives: message.receives + 1 };
    });
    for (const group of new Set(taken.map(({ message }) => message.group))) {
      const mine = taken.flatMap(({ message }) => (message.group === group ? [message] : []));
      assert.deepEqual(mine, model.of(group).slice(0, mine.length), 'a group comes from its beginning, in order');
    }
    for (const { message } of taken) Object.assign(message, { receives: message.receives + 1, until: now + seconds * 1000 });
    model.held.push(...taken);
  };

const remove =
  (which: number): Step =>
  async (model, { url }) => {
    const held = model.held[which % model.held.length];
    if (!held) return;
    const holds = model.isHeld(held, room.clock.now());
    const gone = !model.messages.includes(held.message);
    assert.equal(await done(room.call('DeleteMessage', { QueueUrl: url, ReceiptHandle: held.handle })), holds || gone);
    if (holds) model.messages.splice(model.messages.indexOf(held.message), 1);
  };

const hide =
  (which: number, seconds: number): Step =>
  async (model, { url }) => {
    const held = model.held[which % model.held.length];
    if (!held) return;
    const holds = model.isHeld(held, room.clock.now());
    const input = { QueueUrl: url, ReceiptHandle: held.handle, VisibilityTimeout: seconds };
    assert.equal(await done(room.call('ChangeMessageVisibility', input)), holds);
    if (holds) held.message.until = room.clock.now() + seconds * 1000;
  };

const pass =
  (ms: number): Step =>
  () =>
    room.clock.advance(ms);

const groups = fc.constantFrom('a', 'b', 'c');
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(groups, fc.nat(30).map(String)).map(([group, id]) => send(group, id)) },
  { weight: 4, arbitrary: fc.tuple(fc.integer({ min: 1, max: 10 }), fc.nat(20)).map(([max, s]) => receive(max, s)) },
  { weight: 4, arbitrary: fc.nat(50).map(remove) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(50), fc.nat(20)).map(([which, s]) => hide(which, s)) },
  { weight: 2, arbitrary: fc.constantFrom(1, 999, 5000, 20_000, 60_000).map(pass) },
);

test('does what a simple model does, whatever is asked of it', () =>
  fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 10, maxLength: 60 }), async (sequence) => {
      const model = new Model();
      const url = await room.create(`model-${queues++}.fifo`);
      for (const step of sequence) await step(model, { url });
      const now = room.clock.now();
      const flying = model.messages.filter(({ until }) => until > now).length;
      assert.deepEqual(await room.backlog(url), [model.messages.length - flying, flying, 0]);
    }),
    { numRuns: 60 },
  ));

test('many consumers at once that fail now and then: each message once, each group in order, one holder of a group at a time', () =>
  fc.assert(
    fc.asyncProperty(fc.array(groups, { minLength: 20, maxLength: 60 }), fc.infiniteStream(fc.nat(9)), async (sent, luck) => {
      const url = await room.create(`crowd-${queues++}.fifo`, { ContentBasedDeduplication: 'true' });
      const finished = new Map<string, string[]>();
      const holders = new Set<string>();
      const send = async () => {
        for (const [i, group] of sent.entries())
          await room.call('SendMessage', { QueueUrl: url, MessageBody: `${group}${i}`, MessageGroupId: group });
      };
      const count = () => [...finished.values()].reduce((sum, bodies) => sum + bodies.length, 0);
      const consume = async () => {
        while (count() < sent.length) {
          const got = await room.receive(url, { MaxNumberOfMessages: 1 + luck.next().value! });
          const mine = new Set(got.map(({ Body }) => Body!.charAt(0)));
          for (const group of mine) assert.ok(!holders.has(group), 'a group has one holder');
          for (const group of mine) holders.add(group);
          const failing = new Set<string>();
          for (const { Body } of got) {
            const group = Body!.charAt(0);
            if (luck.next().value! < 2) failing.add(group);
            if (!failing.has(group)) finished.set(group, [...(finished.get(group) ?? []), Body!]);
          }
          for (const group of mine) holders.delete(group);
          for (const { Body, ReceiptHandle } of got) {
            const failed = !finished.get(Body!.charAt(0))?.includes(Body!);
            const input = { QueueUrl: url, ReceiptHandle, ...(failed ? { VisibilityTimeout: 0 } : {}) };
            await room.call(failed ? 'ChangeMessageVisibility' : 'DeleteMessage', input);
          }
        }
      };
      await Promise.all([send(), consume(), consume(), consume(), consume()]);
      for (const group of ['a', 'b', 'c']) {
        const wanted = sent.flatMap((one, i) => (one === group ? [`${group}${i}`] : []));
        assert.deepEqual(finished.get(group) ?? [], wanted);
      }
      assert.deepEqual(await room.backlog(url), [0, 0, 0]);
    }),
    { numRuns: 10 },
  ));
