import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arnOf, bodies, openSqs, refused, type SqsRoom } from '../../../test/support/sqs-room.ts';
import type { PutItem } from '../../model/index.ts';

let room: SqsRoom;
const roles = new Set(['arn:aws:iam::000000000000:role/sender', 'arn:aws:iam::111111111111:role/stranger']);
before(async () => {
  room = await openSqs(async (role, action) => roles.has(role) && action === 'sqs:SendMessage');
});
after(() => room.close());

const caller = { service: 'sns.amazonaws.com', sourceArn: 'arn:aws:sns:us-east-1:000000000000:t', sourceAccount: '000000000000' };
const put = (name: string, item: Partial<PutItem> = {}) =>
  room.store.transact((tx) =>
    room.service.putInto(tx, arnOf(name), {
      id: crypto.randomUUID(),
      body: 'event',
      time: room.clock.now(),
      caller: { role: 'arn:aws:iam::000000000000:role/sender' },
      ...item,
    }),
  );
const allow = (name: string, condition: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: arnOf(name),
        Condition: condition,
      },
    ],
  });

test('sends in the transaction of the caller, with attributes, cause and trace, and wakes who waits once it is committed', async () => {
  const url = await room.create('target');
  const waiting = room.receive(url, { WaitTimeSeconds: 20 });
  await room.quiet();
  await assert.rejects(
    room.store.transact(async (tx) => {
      await room.service.putInto(tx, arnOf('target'), {
        id: 'undone',
        body: 'undone',
        time: room.clock.now(),
        caller: { role: 'arn:aws:iam::000000000000:role/sender' },
      });
      throw new RangeError('undone');
    }),
    /undone/,
  );
  const attributes = { a: { type: 'String', value: 'x' }, b: { type: 'Binary', value: 'AP8=' } };
  await put('target', { attributes, cause: 'an-invocation', traceId: 'Root=1' });
  const [message] = await waiting;
  assert.equal(message!.Body, 'event');
  assert.deepEqual(message!.MessageAttributes, {
    a: { DataType: 'String', StringValue: 'x' },
    b: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
  });
  assert.equal(message!.Attributes!.AWSTraceHeader, 'Root=1');
  const [seen] = await room.service.source.receive(arnOf('target'), 1, 0);
  assert.equal(seen, undefined);
});

test('a service needs the policy of the queue, with its conditions', async () => {
  const url = await room.create('closed');
  await refused(put('closed', { caller }), 'TargetRefused');
  const set = (condition?: object) =>
    room.call('SetQueueAttributes', { QueueUrl: url, Attributes: { Policy: allow('closed', condition) } });
  await set({ ArnLike: { 'aws:SourceArn': 'arn:aws:sns:us-east-1:000000000000:other' } });
  await refused(put('closed', { caller }), 'TargetRefused');
  await set({ ArnLike: { 'aws:SourceArn': caller.sourceArn }, StringEquals: { 'AWS:SourceAccount': '000000000000' } });
  await put('closed', { caller });
  await refused(put('closed', { caller: { ...caller, service: 'events.amazonaws.com' } }), 'TargetRefused');
  assert.deepEqual(bodies(await room.receive(url)), ['event']);
});

test('a role needs its own policies, and one of another account both', async () => {
  const url = await room.create('roles');
  await put('roles');
  await refused(put('roles', { caller: { role: 'arn:aws:iam::000000000000:role/none' } }), 'TargetRefused');
  const stranger = { caller: { role: 'arn:aws:iam::111111111111:role/stranger' } };
  await refused(put('roles', stranger), 'TargetRefused');
  await room.call('AddPermission', { QueueUrl: url, Label: 'l', Actions: ['SendMessage'], AWSAccountIds: ['111111111111'] });
  await put('roles', stranger);
  assert.equal((await room.receive(url)).length, 2);
});

test('FIFO: needs a group, and something to know duplicates by', async () => {
  const url = await room.create('order.fifo');
  await refused(put('order.fifo'), 'TargetInvalid');
  await refused(put('order.fifo', { groupId: 'g' }), 'TargetInvalid');
  for (let i = 0; i < 2; i++) await put('order.fifo', { groupId: 'g', deduplicationId: 'd' });
  assert.equal((await room.receive(url)).length, 1);
});

test('a queue that is not there, and what it can never take', async () => {
  await refused(put('none'), 'TargetMissing');
  assert.equal(await room.service.exists(arnOf('none')), false);
  await room.create('small', { MaximumMessageSize: '1024' });
  assert.equal(await room.service.exists(arnOf('small')), true);
  await refused(put('small', { body: 'x'.repeat(1025) }), 'TargetInvalid');
  await refused(put('small', { body: '\0' }), 'TargetInvalid');
});

test('a queue that delays wakes those who watch when the delay is over', async () => {
  await room.create('delaying', { DelaySeconds: '5' });
  let woken = 0;
  const end = room.service.source.watch(arnOf('delaying'), () => woken++);
  await put('delaying');
  await room.quiet();
  assert.deepEqual(await room.service.source.receive(arnOf('delaying'), 1, 1000), []);
  woken = 0;
  await room.clock.advance(5000);
  assert.equal(woken, 1);
  assert.equal((await room.service.source.receive(arnOf('delaying'), 1, 1000)).length, 1);
  end();
});
