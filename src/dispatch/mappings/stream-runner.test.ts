import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effects } from '../../model/index.ts';
import { balanced, mappingOf, openRoom, STREAM, streamSettings, UUID, until, untilLater, valuesOf } from './room.fixture.ts';

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i));

test('delivers a shard in order, in batches, and keeps the position with the books', async () => {
  const room = await openRoom();
  await room.write(numbers(0, 25));
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({}, { batchSize: 10 })));
  await until('all delivered', async () => (await room.books())?.delivered === 25);
  assert.deepEqual(
    room.events.map((event) => event.Records.length),
    [10, 10, 5],
  );
  assert.deepEqual(room.events.flatMap(valuesOf), numbers(0, 25));
  assert.equal(room.events[0].Records[0].eventSourceARN, STREAM);
  assert.equal(room.events[0].Records[0].invokeIdentityArn, 'arn:aws:iam::000000000000:role/r');
  assert.deepEqual((await room.shard())?.slices, [{ position: 26 }]);
  const books = (await room.books())!;
  assert.ok(balanced(books));
  assert.deepEqual([books.batches, books.attempts, books.lastResult], [3, 3, 'OK']);
  assert.equal((await room.mapping())?.state, 'Enabled');
  const [first] = (await room.ends()).filter(({ position }) => position === 1);
  assert.equal(first?.kind, 'delivered');
  assert.equal(first.subscriber, `mapping:${UUID}`);
  assert.equal(first.id, room.calls[0]!.requestId);
  assert.deepEqual([first.size, first.event, first.records], [10, 'e1', numbers(1, 11)]);
  const caused = await room.store.read.range(effects, { prefix: ['cause-of-3'], limit: 10 });
  assert.deepEqual(
    caused.items.map(({ effect }) => effect),
    [room.calls[0]!.requestId],
  );
  await room.close();
});

test('tells how long the last record of each batch has waited', async () => {
  const room = await openRoom();
  await room.write(['a']);
  await room.clock.advance(5000);
  await room.write(['b']);
  await room.clock.advance(700);
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings()));
  await until('both', async () => (await room.books())?.delivered === 2);
  const { functionArn } = mappingOf(streamSettings());
  assert.deepEqual(room.metrics, [['IteratorAge', functionArn, 700]]);
  await room.close();
});

test('delivers what comes later as it comes, and what was written while it was away', async () => {
  let room = await openRoom();
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings()));
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  await room.write(['a']);
  await until('a', () => room.events.length === 1);
  await until('recorded', async () => (await room.books())?.delivered === 1);
  room = await room.crash();
  await room.write(['b']);
  await room.mappings.start();
  await until('b', () => room.events.length === 1);
  assert.deepEqual(valuesOf(room.events[0]), ['b']);
  await room.close();
});

test('LATEST begins behind what is there, AT_TIMESTAMP with the first record of that time', async () => {
  const room = await openRoom();
  await room.write(['old']);
  await room.clock.advance(5000);
  await room.write(['mid']);
  const since = room.clock.now();
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ startingPosition: 'LATEST' })));
  const other = '00000000-0000-4000-8000-000000000002';
  const at = streamSettings({ startingPosition: 'AT_TIMESTAMP', startingTimestamp: since });
  await room.keep(mappingOf(at, { uuid: other }));
  await until('both', async () => (await room.mapping())?.state === 'Enabled' && (await room.books(other))?.delivered === 1);
  await room.write(['new']);
  await until('new', async () => (await room.books())?.delivered === 1 && (await room.books(other))?.delivered === 2);
  assert.deepEqual(room.events.flatMap(valuesOf).sort(), ['mid', 'new', 'new']);
  await room.close();
});

test('a poison record holds up its slice only, and order holds for each key', async () => {
  const seen: Record<string, string[]> = {};
  const room = await openRoom({
    handler: (event) => {
      const values = valuesOf(event);
      if (values.some((value) => value.startsWith('poison'))) throw Error('poison');
      for (const value of values) seen[value[0]!] = [...(seen[value[0]!] ?? []), value];
    },
  });
  const values = ['poison0', ...numbers(0, 60).map((n) => `${'abcdef'[Number(n) % 6]}${n}`)];
  await room.write(values, 0, (value) => value.slice(0, 1));
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ parallelizationFactor: 10, maxRetries: 2 }, { batchSize: 3 })));
  const kept = () => Object.values(seen).flat().length;
  await until('others pass', () => kept() >= 40);
  assert.equal((await room.books())?.failed ?? 0, 0);
  await untilLater(
    room,
    'poison given up',
    async () => (await room.books())?.failed === 1 || ((await room.books())?.failed ?? 0) > 0,
  );
  await until('the rest', async () => {
    const books = await room.books();
    return books?.accepted === 61;
  });
  assert.ok(balanced(await room.books()));
  for (const list of Object.values(seen))
    assert.deepEqual(
      list,
      [...list].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))),
    );
  await room.close();
});

test('retries with growing pauses as often as allowed, then tells the destination', async () => {
  const room = await openRoom({
    handler: () => {
      throw Error('no');
    },
  });
  await room.write(['x', 'y']);
  await room.mappings.start();
  const onFailure = 'arn:aws:sqs:us-east-1:000000000000:dlq';
  await room.keep(mappingOf(streamSettings({ maxRetries: 2, onFailure })));
  await until('first', async () => (await room.books())?.attempts === 1);
  assert.deepEqual((await room.shard())?.slices, [{ position: 1, work: [{ from: 1, to: 3, attempts: 1, invocations: 1 }] }]);
  assert.equal((await room.books())?.lastResult, 'PROBLEM: Function call failed');
  await room.clock.advance(200);
  assert.equal(room.calls.length, 1);
  await room.clock.advance(100);
  await until('second', async () => (await room.books())?.attempts === 2);
  await room.clock.advance(501);
  await until('dead-lettered', async () => (await room.books())?.['dead-lettered'] === 2);
  assert.equal(room.calls.length, 3);
  assert.equal(new Set(room.calls.map(({ requestId }) => requestId)).size, 3);
  const [{ target, item }] = room.puts as [(typeof room.puts)[0]];
  assert.deepEqual(target, { kind: 'queue', arn: onFailure });
  assert.deepEqual(item.caller, { role: 'arn:aws:iam::000000000000:role/r' });
  const body = JSON.parse(item.body);
  assert.deepEqual(body.requestContext, {
    requestId: room.calls[2]!.requestId,
    functionArn: mappingOf(streamSettings()).functionArn,
    condition: 'RetryAttemptsExhausted',
    approximateInvokeCount: 3,
  });
  assert.deepEqual(body.responseContext, { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' });
  assert.deepEqual(
    [body.KinesisBatchInfo.startSequenceNumber, body.KinesisBatchInfo.endSequenceNumber, body.KinesisBatchInfo.batchSize],
    ['1', '2', 2],
  );
  const [end] = await room.ends();
  assert.deepEqual(
    [end?.kind, end?.reason, end?.deadLetter, end?.attempts],
    ['dead-lettered', 'RetryAttemptsExhausted', onFailure, 3],
  );
  await room.close();
});

test('a destination that is a bucket gets the records too; one that is missing leaves the batch failed', async () => {
  const room = await openRoom({
    handler: () => {
      throw Error('no');
    },
  });
  await room.write(['x']);
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ maxRetries: 0, onFailure: 'arn:aws:s3:::b' })));
  await until('kept', async () => (await room.books())?.['dead-lettered'] === 1);
  assert.match(
    room.objects[0]!.key,
    new RegExp(`^aws/lambda/${UUID}/shardId-0/2026/01/01/2026-01-01T00\\.00\\.\\d\\d-[0-9a-f-]{36}$`),
  );
  assert.deepEqual(valuesOf(JSON.parse(room.objects[0]!.body).payload), ['x']);
  const before = (await room.mapping())!;
  await room.keep({
    ...before,
    revision: 2,
    settings: streamSettings({ maxRetries: 0, onFailure: 'arn:aws:sns:us-east-1:000000000000:missing' }),
  });
  await until('obeyed', async () => (await room.mapping())?.revision === 2);
  await room.clock.advance(1);
  await room.write(['y']);
  await until('failed', async () => (await room.books())?.failed === 1);
  await room.close();
});

test('a failing batch is split until the poison is alone, without using up retries', async () => {
  const room = await openRoom({
    handler: (event) => {
      if (valuesOf(event).includes('3')) throw Error('poison');
    },
  });
  await room.write(numbers(0, 8));
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ bisect: true, maxRetries: 1 })));
  await untilLater(room, 'all ended', async () => (await room.books())?.accepted === 8);
  const books = (await room.books())!;
  assert.deepEqual([books.delivered, books.failed], [7, 1]);
  assert.deepEqual(
    room.events.map((event) => valuesOf(event).join('')),
    ['01234567', '0123', '01', '23', '2', '3', '3', '4567'],
  );
  await room.close();
});

test('a partial failure moves on to the record that failed, and tries on from there', async () => {
  let left = 2;
  const room = await openRoom({
    handler: (event) => {
      const bad = event.Records.filter((_: unknown, i: number) => valuesOf(event)[i] === '2' && left > 0);
      if (bad.length > 0) left -= 1;
      return { batchItemFailures: bad.map(({ eventID }: { eventID: string }) => ({ itemIdentifier: eventID.split(':')[1] })) };
    },
  });
  await room.write(numbers(0, 5));
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ maxRetries: 3 }, { reportFailures: true })));
  await untilLater(room, 'all delivered', async () => (await room.books())?.delivered === 5, 100);
  assert.deepEqual(
    room.events.map((event) => valuesOf(event).join('')),
    ['01234', '234', '234'],
  );
  await room.close();
});

test('records that are too old are given up before they are tried', async () => {
  const room = await openRoom();
  await room.write(['old']);
  await room.clock.advance(61_000);
  await room.write(['young']);
  await room.mappings.start();
  const onFailure = 'arn:aws:sqs:us-east-1:000000000000:dlq';
  await room.keep(mappingOf(streamSettings({ maxAgeMs: 60_000, onFailure })));
  await until('young delivered', async () => (await room.books())?.delivered === 1);
  assert.deepEqual(room.events.flatMap(valuesOf), ['young']);
  const body = JSON.parse(room.puts[0]!.item.body);
  assert.deepEqual(
    [body.requestContext.condition, body.requestContext.approximateInvokeCount, body.responseContext],
    ['RecordAgeExceeded', 1, undefined],
  );
  await room.close();
});

test('what the stream no longer has is counted as expired', async () => {
  const room = await openRoom();
  await room.mappings.start();
  const mapping = mappingOf(streamSettings());
  await room.keep(mapping);
  await room.write(['first']);
  await until('first', async () => (await room.books())?.delivered === 1);
  await room.keep({ ...mapping, enabled: false, state: 'Disabling', revision: 2 });
  await until('disabled', async () => (await room.mapping())?.state === 'Disabled');
  await room.write(numbers(0, 10));
  await room.store.transact((tx) => tx.trim('test.stream', 0, 6));
  await room.keep({ ...mapping, state: 'Enabling', revision: 3 });
  await until('the others', async () => (await room.books())?.delivered === 7);
  const books = (await room.books())!;
  assert.deepEqual([books.accepted, books.expired], [11, 4]);
  await room.close();
});

test('filters drop records, count them, and move on', async () => {
  const room = await openRoom();
  const filters = [JSON.stringify({ data: { keep: [true] } })];
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({}, { filters })));
  await room.write([0, 1, 2, 3].map((n) => JSON.stringify({ n, keep: n === 2 })));
  await until('all seen', async () => (await room.books())?.accepted === 4);
  const books = (await room.books())!;
  assert.deepEqual([books.filtered, books.delivered], [3, 1]);
  assert.deepEqual(room.events.length, 1);
  assert.deepEqual((await room.shard())?.slices, [{ position: 5 }]);
  await room.close();
});

test('a batch waits for its window, however the clock is set, or until it is full', async () => {
  const room = await openRoom();
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({}, { windowMs: 2000, batchSize: 3 })));
  await until('enabled', async () => (await room.mapping())?.state === 'Enabled');
  await room.write(['a']);
  await room.clock.advance(1000);
  room.clock.jump(-3_600_000);
  await room.write(['b']);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(room.events.length, 0);
  await untilLater(room, 'window', () => room.events.length === 1, 500);
  assert.deepEqual(valuesOf(room.events[0]), ['a', 'b']);
  await room.write(['c', 'd', 'e', 'f']);
  await until('full', () => room.events.length === 2);
  assert.deepEqual(valuesOf(room.events[1]), ['c', 'd', 'e']);
  await room.close();
});

test('goes on after a crash with the attempts that were made', async () => {
  const fails = () => {
    throw Error('no');
  };
  let room = await openRoom({ handler: fails });
  await room.write(['x', 'y']);
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ maxRetries: 1 })));
  await until('first', async () => (await room.books())?.attempts === 1);
  room = await room.crash();
  await room.mappings.start();
  await until('given up', async () => (await room.books())?.failed === 2);
  assert.equal(room.calls.length, 1);
  assert.ok(balanced(await room.books()));
  await room.close();
});

test('waits, and loses nothing, while the function is gone, throttled, or may not read', async () => {
  const room = await openRoom();
  const { spec } = room;
  room.spec = undefined;
  await room.write(['a']);
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings({ maxRetries: 0 })));
  await until('told', async () => (await room.books())?.lastResult.startsWith('PROBLEM: Function not found'));
  room.spec = spec;
  room.allowed = () => false;
  await untilLater(
    room,
    'told',
    async () => (await room.books())?.lastResult === 'PROBLEM: The role of the function may not kinesis:GetRecords',
  );
  room.allowed = () => true;
  await untilLater(room, 'delivered', async () => (await room.books())?.delivered === 1);
  await room.close();
});

test('a disabled mapping stops, and goes on where it was', async () => {
  const room = await openRoom();
  await room.mappings.start();
  const mapping = mappingOf(streamSettings());
  await room.keep(mapping);
  await room.write(['a']);
  await until('a', async () => (await room.books())?.delivered === 1);
  await room.keep({ ...mapping, enabled: false, state: 'Disabling', revision: 2 });
  await until('disabled', async () => (await room.mapping())?.state === 'Disabled');
  await room.write(['b']);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(room.events.length, 1);
  await room.keep({ ...mapping, enabled: true, state: 'Enabling', revision: 3 });
  await until('b', async () => (await room.books())?.delivered === 2);
  await room.keep({ ...mapping, state: 'Deleting', revision: 4 });
  await until('gone', async () => (await room.mapping()) === undefined);
  assert.deepEqual([await room.books(), await room.shard()], [undefined, undefined]);
  await room.close();
});

test('a blocked lane is shown, tried now, and its record skipped or put elsewhere', async () => {
  let fails = true;
  const room = await openRoom({
    handler: (event) => {
      if (fails && valuesOf(event).includes('poison')) throw Error('no');
    },
  });
  await room.write(['poison', 'good']);
  await room.mappings.start();
  await room.keep(mappingOf(streamSettings()));
  await until('blocked', async () => (await room.books())?.attempts === 1);
  const ask = (path: string, body?: object) => room.ask(path, body) as Promise<ReturnType<typeof JSON.parse>>;
  const shown = await ask('GET /mappings/:uuid');
  assert.deepEqual([shown.books.attempts, shown.shards.length, shown.blocked.length], [1, 1, 1]);
  const { shardId, slice, attempts, record, records, error } = shown.blocked[0];
  assert.deepEqual(
    [shardId, slice, attempts, record.kinesis.partitionKey, records.length, error],
    ['shardId-0', 0, 1, 'k', 2, '{}'],
  );
  assert.deepEqual(await ask('POST /mappings/:uuid/retry', {}), { lanes: 1 });
  await until('tried again', async () => (await room.books())?.attempts === 2);
  await assert.rejects(ask('POST /mappings/:uuid/skip', { shardId: 'other' }), { code: 'InvalidRequest' });
  await assert.rejects(ask('POST /mappings/:uuid/skip', { to: 'nowhere' }), { code: 'InvalidRequest' });
  fails = false;
  const to = 'arn:aws:sqs:us-east-1:000000000000:aside';
  await until('skipped', async () => (await ask('POST /mappings/:uuid/skip', { to }).catch(() => undefined))?.skipped === '1');
  await until('the other', async () => (await room.books())?.delivered === 1);
  assert.deepEqual([(await room.books())?.['dead-lettered'], room.puts[0]?.target.arn], [1, to]);
  assert.equal(JSON.parse(room.puts[0]!.item.body).requestContext.condition, 'Skipped');
  assert.equal((await ask('GET /mappings')).mappings[0].books.delivered, 1);
  await room.close();
});
