import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../kernel/index.ts';
import { type FunctionSpec, openEgress } from '../model/index.ts';
import { createSlots } from './slots.ts';

const spec = (name: string, reservedConcurrency?: number) =>
  ({
    account: '000000000000',
    region: 'us-east-1',
    arn: name,
    egress: openEgress,
    ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
  }) as FunctionSpec;

const reasonOf = (take: () => unknown) => {
  try {
    take();
  } catch (error) {
    return isFailure(error, 'TooManyRequestsException') && error.status === 429 ? error.fields.Reason : error;
  }
};

test('a reservation is a cap and is not counted against the others', () => {
  const slots = createSlots(3, () => 2);
  const giveBack = slots.take(spec('a', 2));
  slots.take(spec('a', 2));
  assert.equal(
    reasonOf(() => slots.take(spec('a', 2))),
    'ReservedFunctionConcurrentInvocationLimitExceeded',
  );
  slots.take(spec('b'));
  assert.equal(
    reasonOf(() => slots.take(spec('c'))),
    'ConcurrentInvocationLimitExceeded',
  );
  giveBack();
  slots.take(spec('a', 2));
  assert.equal(slots.inUse(), 3);
});

test('a reservation of zero runs nothing', () => {
  assert.equal(
    reasonOf(() => createSlots(10, () => 0).take(spec('a', 0))),
    'ReservedFunctionConcurrentInvocationLimitExceeded',
  );
});
