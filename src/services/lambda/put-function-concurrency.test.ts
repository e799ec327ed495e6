import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FA, fixture } from './fixture.suite.ts';

const place = { account: '000000000000', region: 'us-east-1' };

test('holds from the next invocation on, is summed, and survives a restart', async (t) => {
  const { create, call, service, runs, restart } = await fixture(t);
  await create();
  const put = (n: number) => call('PutFunctionConcurrency', { FunctionName: 'f', ReservedConcurrentExecutions: n });
  await call('Invoke', { FunctionName: 'f' });
  assert.deepEqual(await put(7), { ReservedConcurrentExecutions: 7 });
  await call('Invoke', { FunctionName: 'f' });
  await put(0);
  await call('Invoke', { FunctionName: 'f' });
  assert.deepEqual(
    runs.map((run) => run.function.reservedConcurrency),
    [undefined, 7, 0],
  );
  await put(3);
  assert.equal(service.reservedTotal(place), 3);
  assert.equal((await call('GetFunction', { FunctionName: 'f' })).Concurrency.ReservedConcurrentExecutions, 3);
  const again = restart();
  await again.start();
  assert.equal(again.reservedTotal(place), 3);
});

test('leaves the least unreserved, and takes functions only', async (t) => {
  const { create, call } = await fixture(t, { concurrency: 10, unreservedConcurrency: 4 });
  const put = (FunctionName: string, ReservedConcurrentExecutions: number) =>
    call('PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions });
  await assert.rejects(put('f', 99), { message: `Function not found: ${FA}:$LATEST` });
  await create();
  await create({ FunctionName: 'g' });
  await put('g', 4);
  await put('f', 2);
  await put('f', 1);
  await assert.rejects(put('f', 3), { message: /below its minimum value of \[4\]\.$/ });
  await assert.rejects(put('f:live', 1), { message: /^This operation is permitted on Lambda functions only/ });
});
