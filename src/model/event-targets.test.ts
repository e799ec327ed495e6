import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../kernel/index.ts';
import { type BusEvent, busEventInput, seeBusEvent } from './bus-events.ts';
import { type EventRule, type EventTarget, readyRules, rulesFor } from './event-rules.ts';
import { shapeFor } from './event-targets.ts';

const ACCOUNT = '000000000000';
const bus = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;
const arnOf = (name: string) => `arn:aws:events:us-east-1:${ACCOUNT}:rule/${name}`;
const queue = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
const role = `arn:aws:iam::${ACCOUNT}:role/r`;

const rule = (name: string, pattern?: string, more: Partial<EventRule> = {}): EventRule => ({
  ...{ bus, name, arn: arnOf(name), account: ACCOUNT, enabled: true },
  ...(pattern === undefined ? { schedule: 'rate(1 day)' } : { pattern }),
  ...more,
});
const target = (of: string, id: string, arn: string, more: Partial<EventTarget> = {}): EventTarget => ({
  bus,
  rule: of,
  id,
  arn,
  ...more,
});
const event: BusEvent = {
  ...{ id: 'e1', source: 'shop', detailType: 'Order', account: ACCOUNT, region: 'us-east-1', time: '2026-01-01T00:00:00Z' },
  ...{ resources: ['r'], detail: '{"n": 7.0, "big": 12345678901234567890}', bus, ingested: Date.UTC(2026, 0, 1) },
};
const TEXT = `{"version":"0","id":"e1","detail-type":"Order","source":"shop","account":"${ACCOUNT}","time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":["r"],"detail":{"n": 7.0, "big": 12345678901234567890}}`;

function carried(setting: EventTarget, of: EventRule = rule('a', '{"source":["shop"]}'), one: BusEvent = event) {
  const rules = readyRules([of], [setting]);
  const seen = seeBusEvent(one);
  const [found] = rulesFor(rules, seen);
  return shapeFor(found!, found!.targets[0]!, seen);
}

test('an event goes to rules that match, to the one it names, or to those a replay names', () => {
  const rules = readyRules(
    [
      rule('a', '{"source":["shop"]}'),
      rule('b', '{"detail":{"n":[7]}}'),
      rule('c', '{"source":["x"]}'),
      rule('off', '{"source":["shop"]}', { enabled: false }),
      rule('tick'),
    ],
    [],
  );
  const names = (one: BusEvent) => rulesFor(rules, seeBusEvent(one)).map((found) => found.rule.name);
  assert.deepEqual(names(event), ['a', 'b']);
  assert.deepEqual(names({ ...event, rule: arnOf('tick') }), ['tick']);
  assert.deepEqual(names({ ...event, rule: arnOf('off') }), []);
  assert.deepEqual(names({ ...event, replay: { name: 'r', rules: [arnOf('b'), arnOf('c')] } }), ['b']);
  assert.deepEqual(names({ ...event, replay: { name: 'r' } }), ['a', 'b']);
});

test('a target gets the event with the detail as it was given', () => {
  const { payload, item, caller, policy, action, subscriber } = carried(target('a', '1', queue));
  const service = { service: 'events.amazonaws.com', sourceArn: arnOf('a'), sourceAccount: ACCOUNT };
  assert.equal(payload(1), TEXT);
  assert.deepEqual(item(1), { body: TEXT, caller: service });
  assert.deepEqual([caller, action, subscriber], [service, undefined, `rule:${arnOf('a')}#1`]);
  assert.deepEqual([policy.maxRetries, policy.maxAgeMs], [185, 86_400_000]);
  const replayed = carried(target('a', '1', queue), undefined, { ...event, replay: { name: 'again' } });
  assert.equal(JSON.parse(replayed.payload(1))['replay-name'], 'again');
});

test('each kind of target has its own parts', () => {
  const fifo = carried(target('a', '1', `${queue}.fifo`, { SqsParameters: { MessageGroupId: 'g' }, InputPath: '$.detail.n' }));
  assert.deepEqual([fifo.item(1).groupId, fifo.item(1).body], ['g', '7']);
  const stream = `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s`;
  const keyed = (path?: string) =>
    carried(target('a', '1', stream, { RoleArn: role, KinesisParameters: { PartitionKeyPath: path } }));
  assert.deepEqual(
    [keyed('$.detail.n').item(1).partitionKey, keyed('$.none').item(1).partitionKey, keyed().item(1).partitionKey],
    ['7', 'e1', 'e1'],
  );
  assert.deepEqual([keyed().caller, keyed().action], [{ role }, 'kinesis:PutRecord']);
  const logs = carried(target('a', '1', `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/g`));
  assert.deepEqual([logs.target.kind, logs.item(1).body], ['log-group', TEXT]);
  const fn = carried(target('a', '1', `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`, { Input: '{"c":1}' }));
  assert.deepEqual([fn.target.kind, fn.payload(1)], ['function', '{"c":1}']);
});

test('an event is passed on to another bus as it was put at first', () => {
  const next = bus.replace('default', 'next');
  const by = rule('a', '{"source":["shop"]}', { role });
  const { item, caller, action } = carried(target('a', '1', next), by, { ...event, hops: 2, account: '111111111111' });
  assert.deepEqual([caller, action], [{ role }, 'events:PutEvents']);
  const passedOn = { id: 'e1', account: '111111111111', region: 'us-east-1', time: event.time, hops: 3 };
  const { source, detailType, resources } = event;
  assert.deepEqual(item(1), { source, detailType, resources, passedOn, body: event.detail, caller: { role } });
});

test('retries and dead letters are as the target says', () => {
  const said = {
    RetryPolicy: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 },
    DeadLetterConfig: { Arn: `${queue}-dead` },
  };
  const { policy, deadLetter } = carried(target('a', '1', queue, said));
  assert.deepEqual([policy.maxRetries, policy.maxAgeMs], [1, 60_000]);
  assert.deepEqual(deadLetter?.target, { kind: 'queue', arn: `${queue}-dead` });
  const codes = (reason: string, error: string) => {
    const { attributes, body } = deadLetter!.item({ reason, error, attempts: 2 });
    assert.equal(body, TEXT);
    const { RULE_ARN, TARGET_ARN, RETRY_ATTEMPTS, ERROR_CODE, EXHAUSTED_RETRY_CONDITION } = attributes!;
    assert.deepEqual([RULE_ARN?.value, TARGET_ARN?.value, RETRY_ATTEMPTS], [arnOf('a'), queue, { type: 'Number', value: '1' }]);
    return [ERROR_CODE?.value, EXHAUSTED_RETRY_CONDITION?.value];
  };
  assert.deepEqual(codes('RetriesExhausted', 'the target cannot take this now: q'), ['THROTTLING', 'MaximumRetryAttempts']);
  assert.deepEqual(codes('EventAgeExceeded', 'Unhandled'), ['SDK_CLIENT_ERROR', 'MaximumEventAgeInSeconds']);
  assert.deepEqual(codes('the target does not exist: q', 'the target does not exist: q'), ['NO_RESOURCE', undefined]);
  assert.deepEqual(codes('the target does not permit this: q', ''), ['NO_PERMISSIONS', undefined]);
  assert.deepEqual(codes(`rule:x may not reach ${queue}`, ''), ['NO_PERMISSIONS', undefined]);
  assert.deepEqual(codes('the target can never take this: too large', ''), ['INVALID_PARAMETER', undefined]);
});

test('a template that makes no JSON of an event is refused for good', () => {
  const broken = carried(
    target('a', '1', queue, { InputTransformer: { InputPathsMap: { r: '$.resources' }, InputTemplate: '{"r":"<r>"}' } }),
  );
  assert.throws(
    () => broken.payload(1),
    (error) => isFailure(error, 'TargetInvalid'),
  );
});

test('a function gets JSON only; what is no function gets the lines of a text', () => {
  const InputTransformer = { InputTemplate: '"one"\n"two"' };
  assert.equal(carried(target('a', '1', queue, { InputTransformer })).payload(1), '"one"\n"two"');
  const fn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`;
  assert.throws(
    () => carried(target('a', '1', fn, { InputTransformer })).payload(1),
    (error) => isFailure(error, 'TargetInvalid'),
  );
  assert.equal(carried(target('a', '1', fn, { InputTransformer: { InputTemplate: '"one"' } })).payload(1), '"one"');
});

test('an event is appended where its bus is, whoever put it', () => {
  const theirs = { ...event, account: '111111111111', bus: bus.replace('us-east-1', 'eu-west-1') };
  const { account, region, subject, type, source, time, cause } = busEventInput(theirs, 'stored', 'invocation');
  assert.deepEqual(
    [account, region, subject, type, source, time, cause],
    [ACCOUNT, 'eu-west-1', theirs.bus, 'Order', 'shop', event.ingested, 'invocation'],
  );
});
