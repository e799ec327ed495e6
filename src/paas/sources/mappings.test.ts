import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperateAt } from '../../model/index.ts';
import { checkSource, createSources } from './sources.ts';

const PLACE = { account: '000000000000', region: 'us-east-1' };
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:shop-web:live';

test('what is no kind of source is refused, also where every object has such a member', () => {
  for (const source of ['bogus:x', 'constructor:x', 'toString:x', ''])
    assert.throws(() => checkSource(source), { code: 'InvalidRequest' }, source);
});

test('a mapping is of its source and function, whatever its settings say', async () => {
  const asked: unknown[] = [];
  const operateAt = (() => async (_service: string, name: string, input: unknown) => {
    asked.push([name, input]);
    return name === 'CreateEventSourceMapping' ? { UUID: 'u' } : {};
  }) as unknown as OperateAt;
  const place = createSources(operateAt, () => 'http://127.0.0.1:4566').placeSource;
  for (const name of ['EventSourceArn', 'FunctionName', 'UUID']) {
    const settings = { [name]: 'another' };
    await assert.rejects(place(PLACE, ARN, { source: 'sqs:jobs', settings }), { code: 'InvalidRequest' }, name);
    assert.throws(() => checkSource('sqs:jobs', settings), { code: 'InvalidRequest' }, name);
  }
  assert.deepEqual(asked, []);
  await place(PLACE, ARN, { source: 'sqs:jobs', settings: { BatchSize: 5 } });
  const input = {
    BatchSize: 5,
    FilterCriteria: { Filters: [] },
    EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:jobs',
    FunctionName: ARN,
  };
  assert.deepEqual(asked.at(-1), ['CreateEventSourceMapping', input]);
});
