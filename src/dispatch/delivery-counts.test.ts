import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/clock.ts';
import { platformFailure } from '../kernel/index.ts';
import {
  asyncTopic,
  deliveries,
  type OpenMetrics,
  snsTopic,
  type TopicMessage,
  type TopicSubscription,
  topicSubscriptions,
} from '../model/index.ts';
import { ACCOUNT, arnOf, directory, ended, enqueue, open, place, until, type World } from './world.fixture.ts';

/** What was counted: `metric value`, of each resource by the last dimensions it is kept under. */
function counting() {
  const counted = new Map<string, string[]>();
  const openMetrics: OpenMetrics = (family) => (resource, metric, value) => {
    const of = Object.values(family.dimensionsOf(resource).at(-1)!).join(' ');
    counted.set(of, [...(counted.get(of) ?? []), `${metric} ${value}`]);
  };
  return { openMetrics, of: (name: string) => (counted.get(name) ?? []).sort() };
}

const queue = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

test('an asynchronous invocation counts that it came, how long it waited, that it ran, and that it was given up', async () => {
  const { openMetrics, of } = counting();
  const clock = manualClock();
  const world = await open(directory(), clock, {
    openMetrics,
    asyncSettings: async () => ({ maxRetries: 1, maxAgeMs: 21_600_000, onFailure: queue('shut') }),
    mayAct: async (_role, _action, arn) => arn !== queue('shut'),
    put: async () => {
      throw platformFailure('TargetMissing');
    },
  });
  world.behave = async (call) => (call.function.name === 'f' ? 'ok' : 'error');
  await world.dispatch.start();
  await enqueue(world, 'f');
  await until('delivered', async () => (await ended(world, asyncTopic.name))?.delivered === 1);
  const ran = ['AsyncEventAge 0', 'AsyncEventsReceived 1', 'Duration 1', 'Errors 0', 'Invocations 1'];
  assert.deepEqual(of('f f'), ran);
  await enqueue(world, 'with-dead-letters');
  const waits = async () => (await world.store.read.range(deliveries, { limit: 10 })).items[0]?.retryAt !== undefined;
  await until('it waits', waits);
  await clock.advance(60_000);
  await until('given up', async () => (await ended(world, asyncTopic.name))?.failed === 1);
  assert.deepEqual(of('with-dead-letters with-dead-letters'), [
    'AsyncEventAge 0',
    'AsyncEventAge 60000',
    'AsyncEventsDropped 1',
    'AsyncEventsReceived 1',
    'DeadLetterErrors 1',
    'DestinationDeliveryFailures 1',
    ...['Duration 1', 'Duration 1', 'Errors 1', 'Errors 1', 'Invocations 1', 'Invocations 1'],
  ]);
  await enqueue(world, 'off');
  await until('refused', async () => (await ended(world, asyncTopic.name))?.failed === 2);
  assert.deepEqual(of('off off'), ['AsyncEventsDropped 1', 'AsyncEventsReceived 1', 'DestinationDeliveryFailures 1']);
  await world.close();
});

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:t`;

const subscribe = (world: World, id: string, more: Partial<TopicSubscription>) =>
  world.store.transact((tx) =>
    tx.put(topicSubscriptions, {
      ...{ topicArn: TOPIC, id, arn: `${TOPIC}:${id}`, owner: ACCOUNT, region: 'us-east-1', protocol: 'sqs' as const },
      ...{ endpoint: queue(id), principal: `arn:aws:iam::${ACCOUNT}:root`, created: 0 },
      ...more,
    }),
  );

const publish = (world: World, messageId: string) => {
  const time = world.clock.now();
  const common = { attributes: {}, signatureVersion: '1' as const, message: 'm' };
  const body: TopicMessage = { ...common, type: 'Notification', messageId, topicArn: TOPIC, time };
  return world.store.transact((tx) =>
    tx.append(snsTopic.name, 0, { ...place, id: messageId, type: body.type, source: 'sns', subject: TOPIC, time, body }),
  );
};

test('notifications of a topic are counted by how they ended', async () => {
  const { openMetrics, of } = counting();
  const world = await open(directory(), manualClock(), {
    openMetrics,
    asyncSettings: async () => ({ maxRetries: 0, maxAgeMs: 21_600_000 }),
    put: async (_tx, { arn }) => {
      if (arn === queue('gone') || arn === queue('gone-too') || arn === queue('no-dead')) throw platformFailure('TargetMissing');
    },
  });
  world.behave = async () => 'error';
  const dead = (name: string) => ({ redrivePolicy: JSON.stringify({ deadLetterTargetArn: queue(name) }) });
  await subscribe(world, 'fine', {});
  await subscribe(world, 'picky', { filterPolicy: '{"kind":["other"]}' });
  await subscribe(world, 'waiting', { filterPolicy: '{"kind":["other"]}', expires: 1 });
  await subscribe(world, 'gone', dead('dead'));
  await subscribe(world, 'gone-too', dead('no-dead'));
  await subscribe(world, 'fails', { protocol: 'lambda', endpoint: arnOf('f') });
  await subscribe(world, 'forbidden', { protocol: 'lambda', endpoint: arnOf('forbidden') });
  await world.dispatch.start();
  await publish(world, 'm1');
  const over = async () => {
    const books = await ended(world, snsTopic.name);
    return books?.delivered === 1 && books.failed === 2 && books.dropped === 1 && books['dead-lettered'] === 1;
  };
  await until('all ended', over);
  assert.deepEqual(of('t'), [
    ...['NumberOfNotificationsDelivered 1', 'NumberOfNotificationsDelivered 1'],
    ...['NumberOfNotificationsFailed 1', 'NumberOfNotificationsFailed 1', 'NumberOfNotificationsFailed 1'],
    ...['NumberOfNotificationsFailedToRedriveToDlq 1', 'NumberOfNotificationsFilteredOut 1'],
    'NumberOfNotificationsRedrivenToDlq 1',
  ]);
  await world.close();
});
