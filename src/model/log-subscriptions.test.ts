import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { extractLogFields } from './log-filter-fields.ts';
import { causeOfLines, createSelectLines, type LogBatch, subscriptionMessage } from './log-subscriptions.ts';
import { type LogEvent, newGroup } from './logs.ts';

const place = { account: '000000000000', region: 'us-east-1' };
const subscription = { name: 'n', pattern: '', destination: 'd', distribution: 'Random', created: 0 } as const;
const group = (...patterns: string[]) => ({
  ...newGroup(place, 'g', '0a', 0),
  subscriptions: patterns.map((pattern, i) => ({ ...subscription, name: `n${i}`, pattern })),
});
const line = (text: string, index: number): LogEvent => ({ time: 5, text, ingested: 5, stream: '0b', first: 5, seq: 1, index });
const select = createSelectLines();
const selected = (patterns: string[], texts: string[]) =>
  select({ group: group(...patterns), stream: 's', events: texts.map(line), now: 9, cause: 'c' });

test('each filter gets its own event, with the lines that it selects', () => {
  const [one, two, ...none] = selected(['', 'b'], ['a\n', 'b\n']);
  assert.deepEqual(none, []);
  const messages = (event: typeof one) => (event!.body as LogBatch).logEvents.map(({ message }) => message);
  assert.deepEqual([messages(one), messages(two)], [['a\n', 'b\n'], ['b\n']]);
  assert.deepEqual([one!.time, one!.cause, one!.account], [9, 'c', place.account]);
  assert.notEqual(one!.id, two!.id);
  assert.deepEqual(selected(['x'], ['a']), []);
  assert.deepEqual(select({ group: newGroup(place, 'g', '0a', 0), stream: 's', events: [line('a', 0)], now: 9 }), []);
  const { logEvents, ...head } = subscriptionMessage(two!.body as LogBatch) as { logEvents: unknown };
  assert.deepEqual(head, {
    messageType: 'DATA_MESSAGE',
    owner: place.account,
    logGroup: 'g',
    logStream: 's',
    subscriptionFilters: ['n1'],
  });
  assert.equal((logEvents as unknown[]).length, 1);
});

test('much is told in several events, and no line is lost, doubled or out of order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 12 }), (lengths) => {
      const texts = lengths.map((length, i) => `${i} ${'x'.repeat(length)}`);
      const events = selected([''], texts);
      assert.deepEqual(
        events.flatMap(({ body }) => (body as LogBatch).logEvents.map(({ message }) => message)),
        texts,
      );
      assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
      for (const { body } of events) {
        const { logEvents } = body as LogBatch;
        const size = logEvents.reduce((sum, { message }) => sum + message.length, 0);
        assert.ok(size <= 256 * 1024 || logEvents.length === 1);
      }
    }),
    { numRuns: 30 },
  );
});

test('fields that patterns name', () => {
  const fields = (pattern: string, message: string) => extractLogFields(pattern)?.(message);
  assert.deepEqual(fields('[ip, user, ..., status = 4*, bytes > 10]', '1.2.3.4 u x "GET /" 404 17'), {
    ip: '1.2.3.4',
    user: 'u',
    status: '404',
    bytes: '17',
  });
  assert.deepEqual(fields('[a, b]', 'x [y z]'), { a: 'x', b: 'y z' });
  assert.deepEqual(
    fields('{ $.level = "E" && ($.n > 1 || $.o.p = x) && $.none NOT EXISTS }', '{"level":"E","n":2,"o":{"p":{"q":1}}}'),
    {
      '$.level': 'E',
      '$.n': '2',
      '$.o.p': '{"q":1}',
    },
  );
  assert.equal(extractLogFields('ERROR'), undefined);
  const [event] = selected(['[a, b]'], ['x y\n', 'x\n']);
  assert.deepEqual(
    (event!.body as LogBatch).logEvents.map(({ extractedFields }) => extractedFields),
    [{ a: 'x', b: 'y' }],
  );
});

test('only streams of functions tell which invocation wrote', () => {
  const stream = `2026/01/01/[$LATEST]${'0'.repeat(32)}`;
  const [one, two] = ['11111111-2222-4333-8444-555555555555', '21111111-2222-4333-8444-555555555555'];
  assert.equal(causeOfLines(stream, `START RequestId: ${one}\nSTART RequestId: ${two} Version: 1\nx`), two);
  assert.equal(causeOfLines(stream, `{"type":"platform.start","record":{"requestId":"${one}"}}`), one);
  assert.equal(causeOfLines(stream, 'nothing'), undefined);
  assert.equal(causeOfLines('mine', `START RequestId: ${one}`), undefined);
});
